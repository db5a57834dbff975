import { beforeAll, describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { apiAgent } from '@matinee/test-kit/api-agent'
import type { ApiAgent } from '@matinee/test-kit/api-agent'

interface OpenApi {
  paths: Record<string, Partial<Record<'get' | 'post' | 'patch' | 'delete', { responses: object }>>>
}

const urls = JSON.parse(process.env['SERVICE_URLS'] ?? '{}') as Record<string, string>

describe.each(Object.keys(urls))('%s', (name) => {
  const url = urls[name] ?? ''
  let document: OpenApi
  let agent: ApiAgent
  beforeAll(async () => {
    document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi
    agent = apiAgent(url, document)
  })

  it('serves the committed OpenAPI document', async () => {
    const committed = new URL(`../../apps/${name}/openapi.json`, import.meta.url)
    expect(document).toEqual(JSON.parse(await readFile(committed, 'utf8')))
  })

  it('implements every documented operation, and answers an empty request as documented', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods) as (keyof typeof methods)[]) {
        const { status } = await agent[method](path.replace(/\{\w+\}/g, '0'))
        expect([method, path, Object.keys(methods[method]?.responses ?? {})]).toEqual([
          method,
          path,
          expect.arrayContaining([String(status)]),
        ])
        // An operation that does not exist would answer 404 or 405.
        expect([404, 405]).not.toContain(status)
      }
    }
  })

  it('serves Swagger UI, but no metrics, on its public port', async () => {
    expect((await fetch(`${url}/docs/`)).status).toBe(200)
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
  })
})
