import { apiAgent } from '@matinee/test-kit/api-agent'
import { testDatabase } from '@matinee/test-kit/database'
import { createLogs } from '@matinee/test-kit/logs'
import { loadConfig } from '../src/config.ts'
import { openApi } from '../src/openapi.ts'
import { createService } from '../src/service.ts'

export const asAdmin = { Authorization: 'Bearer test-admin-token' }

/** The whole service with an empty database, not started. */
export async function createTheatre(name: string, env: Record<string, string> = {}) {
  const logs = createLogs()
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    METRICS_PORT: '0',
    MONGODB_URL: await testDatabase(name),
    ADMIN_TOKEN: 'test-admin-token',
    ...env,
  })
  return { logs, service: createService(config, { logDestination: logs.destination }) }
}

/** The same service, started on free ports. */
export async function startService(name: string, env: Record<string, string> = {}) {
  const { logs, service } = await createTheatre(name, env)
  const { port, metricsPort } = await service.start()
  const metrics = async () => (await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`)).text()
  return {
    api: apiAgent(`http://127.0.0.1:${String(port)}`, openApi),
    logs,
    metrics,
    stop: () => service.stop(),
  }
}

let count = 0

/** A theatre with a unique name. */
export function aTheatre(fields: object = {}) {
  count += 1
  return {
    name: `Roxy ${String(count)}`,
    city: 'Berlin',
    price: { amount: 1200, currency: 'EUR' },
    screens: [{ name: 'Main', rows: 5, seatsPerRow: 8 }],
    ...fields,
  }
}

/** A valid id that does not exist. */
export const unknownId = 'f'.repeat(24)
