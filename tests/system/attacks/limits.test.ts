import { randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { ownAddress } from '../../e2e/support/address.ts'
import { addScreening, api, baseUrl, goodCard, holdSeat } from '../../e2e/support/api.ts'
import type { Reply } from '../../e2e/support/api.ts'

const slowCard = { ...goodCard, number: '4000000000000341' }
const declinedCard = { ...goodCard, number: '4000000000000002' }

function pay(
  card: object,
  headers: Record<string, string>,
  bookingId: string = randomUUID(),
): Promise<Reply> {
  return api('POST', '/payments', { bookingId, amount: 1200, currency: 'EUR', card }, headers)
}

function countOf(replies: Reply[]): Record<string, number> {
  const kinds = replies.map(({ status, body: { type } }) =>
    status < 300 ? String(status) : `${status} ${String(type).split('/').at(-1) ?? ''}`,
  )
  const groups = Map.groupBy(kinds, (kind) => kind)
  return Object.fromEntries([...groups].map(([kind, { length }]) => [kind, length]))
}

/** What an honest customer waits for while `attack` goes on, in ms: the time that 95 of 100 reads and bookings need. */
async function honestP95(attack: Promise<unknown>): Promise<number> {
  const times: number[] = []
  const over = new AbortController()
  void attack.finally(() => {
    over.abort()
  })
  while (!over.signal.aborted) {
    const began = performance.now()
    const headers = ownAddress()
    expect((await pay(goodCard, headers)).status).toBe(201)
    expect((await api('GET', '/movies', undefined, headers)).status).toBe(200)
    times.push((performance.now() - began) / 2)
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? NaN
}

describe('one caller cannot hurt the others', () => {
  it('with 110 slow cards: a stranger pays at once', async () => {
    const address = ownAddress()
    const attack = Promise.all(Array.from({ length: 110 }, () => pay(slowCard, address)))

    expect(await honestP95(attack)).toBeLessThan(1_000)
    expect(countOf(await attack)).toEqual({ 201: 20, '429 too-many-payments': 90 })
  }, 30_000)

  it('with cards that are declined: 50 by address, 10 by booking', async () => {
    const address = ownAddress()
    const byAddress: Reply[] = []
    for (let tries = 0; tries < 20; tries += 1)
      byAddress.push(...(await Promise.all(Array.from({ length: 10 }, () => pay(declinedCard, address)))))
    const { id } = await holdSeat()
    const byBooking: Reply[] = []
    for (let tries = 0; tries < 50; tries += 1) byBooking.push(await pay(declinedCard, ownAddress(), id))

    expect(countOf(byAddress)).toEqual({ '402 card-declined': 50, '429 too-many-requests': 150 })
    expect(countOf(byBooking)).toEqual({ '402 card-declined': 10, '429 too-many-requests': 40 })
  }, 30_000)

  it('with 3,000 event streams: the others read on, and another address can follow', async () => {
    const { movie, theatre, showtime } = await addScreening()
    const query = new URLSearchParams({ movieId: movie.id, theatreId: theatre.id, showtime }).toString()
    const over = new AbortController()
    const open = (headers: Record<string, string>) =>
      fetch(`${baseUrl}/api/screenings/seats/events?${query}`, { headers, signal: over.signal })
    const address = ownAddress()
    /** Undici closes a response that nobody refers to any more. */
    const opened: Response[] = []
    async function attack() {
      for (let batch = 0; batch < 60; batch += 1) {
        const answers = await Promise.all(Array.from({ length: 50 }, () => open(address)))
        opened.push(...answers.filter(({ ok }) => ok))
        await Promise.all(answers.filter(({ ok }) => !ok).map((refused) => refused.text()))
      }
    }
    const attacked = attack()

    expect(await honestP95(attacked)).toBeLessThan(1_000)
    expect(opened).toHaveLength(200)
    expect((await open(ownAddress())).status).toBe(200)
    over.abort()
  }, 60_000)
})

describe('honest customers meet no limit', () => {
  it('with 50 requests a second from one address, payments among them', async () => {
    const address = ownAddress()
    const replies: Promise<Reply>[] = []
    for (let second = 0; second < 5; second += 1) {
      const began = performance.now()
      for (let request = 0; request < 50; request += 1) {
        replies.push(request % 5 === 0 ? pay(goodCard, address) : api('GET', '/movies', undefined, address))
        const due = began + request * 20
        while (performance.now() < due) await new Promise(setImmediate)
      }
    }

    expect(countOf(await Promise.all(replies))).toEqual({ 200: 200, 201: 50 })
  }, 30_000)
})
