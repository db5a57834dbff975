import { z } from 'zod'
import type { Api } from '@matinee/contracts/endpoint'
import { apiAgent } from '@matinee/test-kit/api-agent'
import { createLogs } from '@matinee/test-kit/logs'
import { baseConfig, readConfig } from '../src/lifecycle/config.ts'
import { createAdminCheck } from '../src/http/admin.ts'
import { openApiDocument } from '../src/http/openapi.ts'
import { createRouter } from '../src/http/router.ts'
import type { Handlers } from '../src/http/perform.ts'
import { buildService } from '../src/lifecycle/service.ts'
import type { Part } from '../src/lifecycle/service.ts'

const Thing = z.object({ id: z.string(), name: z.string() })
const params = z.object({ id: z.string().regex(/^\w+$/) })

const api = {
  makeThing: {
    method: 'post',
    path: '/things',
    summary: 'Make a thing',
    admin: true,
    body: z.strictObject({ name: z.string(), parts: z.array(z.strictObject({ n: z.int() })).optional() }),
    answer: { status: 201, body: Thing, location: '/things/{id}' },
    problems: [],
  },
  readThing: {
    method: 'get',
    path: '/things/{id}',
    summary: 'Read a thing',
    params,
    query: z.object({ size: z.string().regex(/^\d+$/).optional() }),
    answer: { status: 200, body: Thing },
    problems: ['not-found'],
  },
  changeThing: {
    method: 'patch',
    path: '/things/{id}',
    summary: 'Change a thing',
    params,
    body: z.strictObject({ name: z.string() }).partial(),
    answer: { status: 200, body: Thing },
    problems: [],
  },
  watchThing: {
    method: 'get',
    path: '/things/{id}/events',
    summary: 'Watch a thing',
    params,
    answer: { status: 200, body: Thing },
    stream: true,
    problems: [],
  },
  dropThing: {
    method: 'delete',
    path: '/things/{id}',
    summary: 'Drop a thing',
    params,
    answer: { status: 204 },
    problems: [],
  },
} as const satisfies Api

const adminTokens = { ADMIN_TOKEN: 'sample-token', ADMIN_TOKEN_PREVIOUS: 'previous-token' }
export const asAdmin = { Authorization: 'Bearer sample-token' }

interface SampleOptions {
  /** Implements `GET /things/{id}`, and the first read of its events. */
  read?: (id: string) => Promise<{ id: string; name: string }>
  parts?: Part[]
  isPublic?: boolean
  env?: Record<string, string>
}

/** A service of five endpoints on free ports. */
export function buildSample({
  read = (id) => Promise.resolve({ id, name: 'A' }),
  parts = [],
  isPublic = false,
  env = {},
}: SampleOptions = {}) {
  const logs = createLogs()
  const openApi = openApiDocument('Sample', '0.1.0', [api])
  const handlers: Handlers<typeof api> = {
    makeThing: ({ body: { name } }) => Promise.resolve({ id: 'new', name }),
    readThing: ({ params: { id } }) => read(id),
    changeThing: ({ params: { id }, body: { name = 'A' } }) => Promise.resolve({ id, name }),
    async watchThing({ params: { id }, response }) {
      const thing = await read(id)
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.end(`data: ${JSON.stringify(thing)}\n\n`)
      return thing
    },
    dropThing: () => Promise.resolve(),
  }
  const config = readConfig(z.object(baseConfig({ port: 0, metricsPort: 0 })), {
    HOST: '127.0.0.1',
    PORT: '0',
    METRICS_PORT: '0',
    ...env,
  })
  const service = buildService('sample', config, { logDestination: logs.destination }, (kit) => ({
    routers: [
      createRouter(api, handlers, {
        admissions: kit.admissions,
        isAdmin: createAdminCheck(adminTokens, kit),
      }),
    ],
    openApi,
    isPublic,
    parts,
  }))
  return {
    logs,
    stop: () => service.stop(),
    async start() {
      const { port, metricsPort } = await service.start()
      const url = `http://127.0.0.1:${port}`
      return { url, metricsUrl: `http://127.0.0.1:${metricsPort}`, client: apiAgent(url, openApi) }
    },
  }
}
