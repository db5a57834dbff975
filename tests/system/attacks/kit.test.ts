import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { goodCard } from '../../e2e/support/api.ts'
import { percentile } from '../../tools/bench/measure.ts'

/** payment's own port, which has no limits by client. */
const { payment } = JSON.parse(String(process.env['SERVICE_URLS'])) as { payment: string }
const slowCard = { ...goodCard, number: '4000000000000341' }

interface Answer {
  status: number
  ms: number
  body: { id: string }
}

async function call(method: string, path: string, body?: object): Promise<Answer> {
  const started = performance.now()
  const response = await fetch(payment + path, {
    method,
    ...(body && {
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
      body: JSON.stringify(body),
    }),
  })
  const answer = (await response.json()) as { id: string }
  return { status: response.status, ms: performance.now() - started, body: answer }
}

const pay = (card: object) =>
  call('POST', '/payments', { bookingId: randomUUID(), amount: 1200, currency: 'EUR', card })
const payments = (count: number, card: object) => Promise.all(Array.from({ length: count }, () => pay(card)))
const statuses = (answers: Answer[]) => Array.from(new Set(answers.map(({ status }) => status)))
const p95 = (answers: Answer[]) =>
  percentile(
    answers.map(({ ms }) => ms),
    0.95,
  )

describe('payment under attack', () => {
  it('serves others while 110 slow cards wait for the processor, and serves bursts after five such bursts', async () => {
    const slow: Promise<Answer[]>[] = []
    const honest: Answer[] = []
    const internal: Answer[] = []
    for (let burst = 0; burst < 5; burst += 1) {
      slow.push(payments(110, slowCard))
      for (let n = 0; n < 5; n += 1) {
        await sleep(200)
        const paid = await pay(goodCard)
        honest.push(paid)
        internal.push(
          await call('GET', '/payments?unsettled=true'),
          await call('POST', `/payments/${paid.body.id}/settle`, {}),
          await call('POST', `/payments/${paid.body.id}/refund`, {}),
        )
      }
    }
    expect(statuses(honest)).toEqual([201])
    expect(statuses(internal)).toEqual([200])
    expect(p95([...honest, ...internal])).toBeLessThan(1_000)
    expect(statuses((await Promise.all(slow)).flat())).toEqual([201])

    expect(statuses(await payments(150, goodCard))).toEqual([201])
  }, 60_000)

  it('serves 500 payments at once', async () => {
    expect(statuses(await payments(500, goodCard))).toEqual([201])
  })
})
