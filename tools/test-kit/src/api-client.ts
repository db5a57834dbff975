import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

export interface Answer {
  status: number
  headers: Headers
  /** Parsed where it is JSON; tests narrow it with matchers. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test's view of a body
  body: any
  text: string
}

export interface RequestOptions {
  body?: unknown
  /** Sent as it is, in place of `body`. */
  raw?: string | Buffer
  headers?: Record<string, string>
}

interface OpenApi {
  paths: Record<
    string,
    Record<
      string,
      { operationId?: string; responses: Record<string, { content?: Record<string, { schema: object }> }> }
    >
  >
}

export interface ApiClient {
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>
  get(path: string, options?: RequestOptions): Promise<Answer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  delete(path: string, headers?: Record<string, string>): Promise<Answer>
  /** The answers seen so far, as `operationId status`. */
  seen: Set<string>
}

/**
 * A client for tests that holds every answer against the service's own OpenAPI document: an answer that is not
 * documented, or breaks its schema, throws.
 */
export function createApiClient(baseUrl: string, openApi: object): ApiClient {
  const document = openApi as OpenApi
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  ajv.addSchema(openApi, 'openapi')
  const seen = new Set<string>()

  function check(method: string, path: string, { status, headers, body }: Answer): void {
    const found = Object.entries(document.paths).find(([template]) =>
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
    )
    const operation = found?.[1][method.toLowerCase()]
    if (!found || !operation) return
    const response = operation.responses[String(status)]
    if (!response) throw new Error(`${method} ${path} answered ${String(status)}, which is not documented`)
    seen.add(`${operation.operationId ?? ''} ${String(status)}`)
    const type = headers.get('content-type')?.split(';')[0] ?? ''
    if (!response.content) {
      if (type !== '')
        throw new Error(`${method} ${path} ${String(status)} has a body that is not documented`)
      return
    }
    if (!response.content[type])
      throw new Error(`${method} ${path} ${String(status)} is ${type}, which is not documented`)
    const pointer = [found[0], method.toLowerCase(), 'responses', String(status), 'content', type, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/')
    if (!ajv.validate(`openapi#/paths/${pointer}`, body))
      throw new Error(`${method} ${path} ${String(status)} breaks its schema: ${ajv.errorsText()}`)
  }

  async function request(
    method: string,
    path: string,
    { body, raw, headers = {} }: RequestOptions = {},
  ): Promise<Answer> {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(baseUrl + path, {
      method,
      headers: { ...(payload !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      redirect: 'manual',
      ...(payload !== undefined && { body: payload }),
    })
    const text = await response.text()
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined,
    }
    check(method, new URL(path, baseUrl).pathname, answer)
    return answer
  }

  return {
    request,
    seen,
    get: (path, options) => request('GET', path, options),
    post: (path, body, headers = {}) => request('POST', path, { body, headers }),
    patch: (path, body, headers = {}) => request('PATCH', path, { body, headers }),
    delete: (path, headers = {}) => request('DELETE', path, { headers }),
  }
}
