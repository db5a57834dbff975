import { describe, expect, it } from '@jest/globals'
import { apiAgent } from '../src/api-agent.ts'
import { startFakeService } from '../src/fake-service.ts'
import type { FakeAnswer } from '../src/fake-service.ts'

const schema = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } }
const openApi = {
  paths: {
    '/things/{id}': {
      get: {
        responses: {
          200: { content: { 'application/json': { schema } } },
          404: { content: { 'application/json': { schema } } },
        },
      },
      delete: { responses: { 200: {} } },
    },
  },
}

/** The response of a service that answers every request with this. */
async function request(method: 'get' | 'delete', path: string, answer: FakeAnswer) {
  const service = await startFakeService(() => answer)
  try {
    return await apiAgent(service.url, openApi)[method](path)
  } finally {
    await service.stop()
  }
}

describe('A test of an API', () => {
  it('passes when the response is as documented', async () => {
    const { body } = await request('get', '/things/1', { status: 200, body: { id: 'a' } })

    expect(body).toEqual({ id: 'a' })
  })

  it.each<[string, 'get' | 'delete', FakeAnswer, RegExp]>([
    ['an undocumented status', 'get', { status: 500, body: {} }, /GET \/things\/1 500 is not documented/],
    ['a broken schema', 'get', { status: 200, body: { id: 7 } }, /breaks its schema: .*id must be string/],
    ['another media type', 'get', { status: 404, body: {} }, /is application\/problem\+json, which is not/],
    ['an undocumented body', 'delete', { status: 200, body: {} }, /has a body, which is not documented/],
  ])('fails at %s', async (_what, method, answer, message) => {
    await expect(request(method, '/things/1', answer)).rejects.toThrow(message)
  })
})
