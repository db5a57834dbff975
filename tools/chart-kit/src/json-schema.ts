/** A JSON Schema of draft 7, the newest that every Helm 3 supports. */
export interface Schema {
  type?: string | string[]
  description?: string
  default?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  [keyword: string]: unknown
}
