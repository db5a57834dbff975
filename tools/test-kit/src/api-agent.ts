import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import supertest from 'supertest'
import type { Response, Test } from 'supertest'

export type { Response } from 'supertest'
export type ApiAgent = ReturnType<typeof apiAgent>

interface OpenApi {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >
}

/** A supertest plugin: a response that the OpenAPI document does not describe fails the test. */
function documented(openApi: object): (test: Test) => void {
  const { paths } = openApi as OpenApi
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  ajv.addSchema(openApi, 'openapi')

  function check(verb: string, path: string, { status, type, body }: Response): void {
    const [template = '', methods] =
      Object.entries(paths).find(([template]) =>
        new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
      ) ?? []
    const method = verb.toLowerCase()
    const operation = methods?.[method]
    if (!operation) return
    const what = `${verb} ${path} ${String(status)}`
    const response = operation.responses[String(status)]
    if (!response) throw new Error(`${what} is not documented`)
    if (!response.content) {
      if (type !== '') throw new Error(`${what} has a body, which is not documented`)
      return
    }
    if (!response.content[type]) throw new Error(`${what} is ${type}, which is not documented`)
    const pointer = [template, method, 'responses', String(status), 'content', type, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/')
    if (!ajv.validate(`openapi#/paths/${pointer}`, body))
      throw new Error(`${what} breaks its schema: ${ajv.errorsText()}`)
  }

  return (test) => {
    test.expect((response) => {
      check(test.method, new URL(test.url).pathname, response)
    })
  }
}

/** A supertest agent that checks every response against the service's own OpenAPI document. */
export function apiAgent(baseUrl: string, openApi: object) {
  return supertest.agent(baseUrl).use(documented(openApi))
}
