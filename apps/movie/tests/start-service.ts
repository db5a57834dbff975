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

/** A fake theatre service with the theatres of a test, two per page. */
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
    /** Tests add to it and change it. */
    theatres,
    /** Restores the normal answers. */
    recover() {
      fake.answer = answer
    },
  })
}

export interface StartOptions {
  now?: () => Date
  env?: Record<string, string>
}

/** The whole service on free ports, with an empty database and a fake theatre service. */
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

/** A theatre as the theatre service returns it. */
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

/** A movie with a unique title, by default without listings. */
export function aMovie(fields: object = {}) {
  return { title: `Movie ${nextId()}`, durationMinutes: 120, genres: ['Drama'], listings: [], ...fields }
}

/** A valid id that does not exist. */
export const unknownId = 'f'.repeat(24)
