import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { ok } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
beforeEach(async () => {
  dashboard = await startDashboard({ MAX_CONCURRENCY: '1', REQUEST_TIMEOUT_MS: '2000' })
})
afterEach(() => dashboard.stop())

it('the edge takes the time in its own queue off the deadline', async () => {
  const { payment } = dashboard.fakes
  payment.answer = () => sleep(800, ok({}))
  const started = performance.now()

  // The second has 1,200 ms left when its turn comes, the others at most 400 ms.
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => fetch(`${dashboard.url}/api/payments`, { method: 'POST', body: '{}' })),
  )

  expect(performance.now() - started).toBeLessThan(2_500)
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 503, 503])
  const [first = 0, second = 0] = payment.calls.map(({ headers }) => Number(headers['x-deadline-ms']))
  expect(first).toBeLessThanOrEqual(2_000)
  expect(second).toBeLessThanOrEqual(1_200)
})
