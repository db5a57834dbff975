import { randomUUID } from 'node:crypto'
import { createConnection } from 'mariadb'
import { mysqlOptions } from '@matinee/stores/mysql/options'
import { apiAgent } from '@matinee/test-kit/api-agent'
import { testDatabase } from '@matinee/test-kit/database'
import { createLogs } from '@matinee/test-kit/logs'
import { loadConfig } from '../src/config.ts'
import { openApi } from '../src/openapi.ts'
import { createService } from '../src/service.ts'

/** A connection to look into a database. */
async function openDatabase(url: string) {
  const connection = await createConnection(mysqlOptions(url))
  return {
    url,
    query: (sql: string, values: unknown[] = []) => connection.query<Record<string, unknown>[]>(sql, values),
    close: () => connection.end(),
  }
}

export interface StartOptions {
  now?: () => Date
  slowCard?: () => Promise<unknown>
  leaseMs?: number
  env?: Record<string, string>
}

/** One replica of the service on free ports, not started yet. */
export function buildReplica(url: string, { env, ...overrides }: StartOptions = {}) {
  const logs = createLogs()
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL: url,
    FINGERPRINT_SECRET: 'test-secret',
    ...env,
  })
  return { service: createService(config, { logDestination: logs.destination, ...overrides }), logs }
}

/** One replica of the service on free ports. */
export async function startReplica(url: string, options: StartOptions = {}) {
  const { service, logs } = buildReplica(url, options)
  const { port, metricsPort } = await service.start()
  const baseUrl = `http://127.0.0.1:${String(port)}`
  const metrics = async () => (await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`)).text()
  return { api: apiAgent(baseUrl, openApi), baseUrl, logs, metrics, stop: () => service.stop() }
}

/** The whole service on free ports, over an empty database. */
export async function startService(name: string, options: StartOptions = {}) {
  const url = await testDatabase(name)
  const replica = await startReplica(url, options)
  const database = await openDatabase(url)
  return {
    ...replica,
    database,
    async stop() {
      await replica.stop()
      await database.close()
    },
  }
}

export const cards = {
  good: '4242424242424242',
  declined: '4000000000000002',
  insufficientFunds: '4000000000009995',
  expired: '4000000000000069',
  slow: '4000000000000341',
}

export function aCard(fields: object = {}) {
  return {
    number: cards.good,
    expiryMonth: 12,
    expiryYear: 2099,
    cvc: '123',
    holder: 'Ada Lovelace',
    ...fields,
  }
}

/** An order for a booking that no other test has. */
export function anOrder(fields: object = {}) {
  return { bookingId: randomUUID(), amount: 1200, currency: 'EUR', card: aCard(), ...fields }
}

/** Headers with a new key, or with this one. */
export function withKey(key: string = randomUUID()) {
  return { 'Idempotency-Key': key }
}

/** The problem's type of a name. */
export function problem(name: string) {
  return { type: `https://matinee.dev/problems/${name}` }
}
