import { setTimeout as sleep } from 'node:timers/promises'
import { apiAgent } from '@matinee/test-kit/api-agent'
import { createLogs } from '@matinee/test-kit/logs'
import { loadConfig } from '../src/config.ts'
import { openApi } from '../src/openapi.ts'
import { createService } from '../src/service.ts'
import { createBrowser } from './browser.ts'
import { startFakes } from './fakes.ts'

export const adminToken = 'test-admin-token'

/** The whole dashboard on free ports, over four fakes. */
export async function startDashboard(env: Record<string, string> = {}) {
  const fakes = await startFakes()
  const logs = createLogs()
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    METRICS_PORT: '0',
    MOVIE_URL: fakes.movie.url,
    THEATRE_URL: fakes.theatre.url,
    BOOKING_URL: fakes.booking.url,
    PAYMENT_URL: fakes.payment.url,
    ADMIN_TOKEN: adminToken,
    SESSION_SECRET: 'a secret only for tests',
    ...env,
  })
  const service = createService(config, { logDestination: logs.destination })
  const { port, metricsPort } = await service.start()
  const url = `http://127.0.0.1:${String(port)}`
  return {
    url,
    fakes,
    logs,
    api: apiAgent(url, openApi),
    browser: () => createBrowser(url),
    metrics: async () => (await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`)).text(),
    /** Waits for a log line with these fields. */
    async logged(fields: Record<string, unknown>) {
      const matches = (line: Record<string, unknown>) =>
        Object.entries(fields).every(([name, value]) => line[name] === value)
      while (!logs.lines.some(matches)) await sleep(5)
    },
    async stop() {
      await service.stop()
      await Promise.all(Object.values(fakes).map((fake) => fake.stop()))
    },
  }
}
