import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { aCard, anOrder, cards, startService, withKey } from './start-service.ts'

describe('slow cards', () => {
  let { promise: charged, resolve: charge } = Promise.withResolvers<undefined>()
  let waiting = 0
  let payment: Awaited<ReturnType<typeof startService>>
  beforeEach(async () => {
    ;({ promise: charged, resolve: charge } = Promise.withResolvers<undefined>())
    waiting = 0
    payment = await startService('slow_cards', {
      slowCard: () => {
        waiting += 1
        return charged
      },
    })
  })
  afterEach(async () => {
    charge(undefined)
    await payment.stop()
  })

  async function post(path: string, body: object = {}): Promise<{ status: number; body: { id: string } }> {
    const response = await fetch(payment.baseUrl + path, {
      method: 'POST',
      headers: { ...withKey(), 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as { id: string } }
  }
  const pay = (number: string) => post('/payments', anOrder({ card: aCard({ number }) }))
  const payments = (count: number, number: string) =>
    Promise.all(Array.from({ length: count }, () => pay(number)))

  it('delay no other payment, settlement or refund, and are all captured', async () => {
    const slow = payments(110, cards.slow)
    await eventually(() => {
      expect(waiting).toBe(110)
    })

    const ordinary = await payments(500, cards.good)
    expect(ordinary.filter(({ status }) => status === 201)).toHaveLength(500)
    const [first, second] = ordinary.map(({ body }) => body.id)
    expect((await post(`/payments/${String(first)}/settle`)).status).toBe(200)
    expect((await post(`/payments/${String(second)}/refund`)).status).toBe(200)
    expect((await fetch(`${payment.baseUrl}/payments?unsettled=true`)).status).toBe(200)

    charge(undefined)
    const captured = await slow
    expect(captured.filter(({ status }) => status === 201)).toHaveLength(110)
  })
})
