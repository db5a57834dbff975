import { beforeAll, describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { createApiClient } from '@matinee/test-kit/api-client'
import type { ApiClient } from '@matinee/test-kit/api-client'

interface OpenApi {
  paths: Record<string, Record<string, { operationId: string }>>
}

const urls = JSON.parse(process.env['SERVICE_URLS'] ?? '{}') as Record<string, string>

describe.each(Object.keys(urls))('%s', (name) => {
  const url = urls[name] ?? ''
  let document: OpenApi
  let client: ApiClient
  beforeAll(async () => {
    document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi
    client = createApiClient(url, document)
  })

  it('serves the document that is in the repository', async () => {
    const committed = new URL(`../../apps/${name}/openapi.json`, import.meta.url)
    expect(document).toEqual(JSON.parse(await readFile(committed, 'utf8')))
  })

  it('has every documented operation, and answers a bare request as documented', async () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({ path, method, operationId })),
    )
    for (const { path, method } of operations) {
      // The client throws at an answer that is not documented; what is not there answers 404 or 405.
      const { status } = await client.request(method.toUpperCase(), path.replace(/\{\w+\}/g, '0'))
      expect([method, path, status]).toEqual([method, path, expect.any(Number)])
      expect([404, 405]).not.toContain(status)
    }
    expect([...client.seen].map((seen) => seen.split(' ')[0]).sort()).toEqual(
      operations.map(({ operationId }) => operationId).sort(),
    )
  })

  it('documents itself in a browser, and its metrics apart', async () => {
    expect((await fetch(`${url}/docs/`)).status).toBe(200)
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
  })
})
