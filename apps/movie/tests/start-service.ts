import type { Theatre } from '@matinee/contracts/theatre'
import { apiAgent } from '@matinee/test-kit/api-agent'
import { testDatabase } from '@matinee/test-kit/database'
import { problemAnswer, startFakeService } from '@matinee/test-kit/fake-service'
import type { FakeAnswer, ReceivedCall } from '@matinee/test-kit/fake-service'
import { createLogs } from '@matinee/test-kit/logs'
import { loadConfig } from '../src/config.ts'
import { openApi } from '../src/openapi.ts'
import { createService } from '../src/service.ts'

export const asAdmin = { Authorization: 'Bearer test-admin-token' }

/** The theatre service as far as this one asks it: the theatres of a test, two a page. */
async function startTheatres() {
  const theatres: Theatre[] = []

  function answer({ path, query }: ReceivedCall): FakeAnswer {
    const id = /^\/theatres\/(\w+)$/.exec(path)?.[1]
    if (id !== undefined) {
      const found = theatres.find((theatre) => theatre.id === id)
      return found ? { status: 200, body: found } : problemAnswer(404, 'not-found')
    }
    const listed = theatres.filter(({ available }) => query['available'] !== 'true' || available)
    const from = Number(query['after'] ?? 0)
    const next = from + 2 < listed.length ? String(from + 2) : null
    return { status: 200, body: { items: listed.slice(from, from + 2), next } }
  }

  const fake = await startFakeService(answer)
  return Object.assign(fake, {
    /** What it knows; tests add to it and change it. */
    theatres,
    /** Answers as a sound theatre service again. */
    recover() {
      fake.answer = answer
    },
  })
}

export interface StartOptions {
  now?: () => Date
  env?: Record<string, string>
}

/** The whole service on free ports, over an empty database and a theatre service of the test's own. */
export async function startService(name: string, { now, env }: StartOptions = {}) {
  const logs = createLogs()
  const theatre = await startTheatres()
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    METRICS_PORT: '0',
    MONGODB_URL: await testDatabase(name),
    THEATRE_URL: theatre.url,
    ADMIN_TOKEN: 'test-admin-token',
    ...env,
  })
  const service = createService(config, { logDestination: logs.destination, ...(now && { now }) })
  const { port, metricsPort } = await service.start()
  const metrics = async () => (await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`)).text()
  return {
    api: apiAgent(`http://127.0.0.1:${String(port)}`, openApi),
    theatre,
    logs,
    metrics,
    async stop() {
      await service.stop()
      await theatre.stop()
    },
  }
}

let count = 0

function nextId(): string {
  count += 1
  return count.toString(16).padStart(24, '0')
}

/** A theatre as its service answers it. */
export function aTheatre(fields: Partial<Theatre> = {}): Theatre {
  const id = nextId()
  return {
    id,
    name: `Roxy ${id}`,
    city: 'Berlin',
    timeZone: 'Europe/Berlin',
    available: true,
    price: { amount: 1200, currency: 'EUR' },
    screens: [
      { name: 'Main', rows: 5, seatsPerRow: 8 },
      { name: 'Studio', rows: 3, seatsPerRow: 4 },
    ],
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...fields,
  }
}

/** A movie that no other test has, listed nowhere unless told otherwise. */
export function aMovie(fields: object = {}) {
  return { title: `Movie ${nextId()}`, durationMinutes: 120, genres: ['Drama'], listings: [], ...fields }
}

/** An id of the right form that nothing has. */
export const unknownId = 'f'.repeat(24)
