import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aScreening, holdAtOnce, problem, startService, withKey } from './start-service.ts'
import type { TestService } from './start-service.ts'

/** The headers by which the edge names a client. */
const client = (session: string, address: string) => ({
  'X-Client-Session': session,
  'X-Client-Address': address,
})

describe('what one client may hold', () => {
  let booking: TestService
  let other: Awaited<ReturnType<TestService['startReplica']>>
  let screening: ReturnType<typeof aScreening>
  beforeAll(async () => {
    booking = await startService('client_limits', { MAX_SEATS_PER_SESSION: '4', MAX_SEATS_PER_ADDRESS: '8' })
    other = await booking.startReplica()
    screening = aScreening(booking, { theatre: { screens: [{ name: 'Arena', rows: 26, seatsPerRow: 40 }] } })
  })
  afterAll(async () => {
    await other.stop()
    await booking.stop()
  })

  let holds = 0
  /** Asks the two replicas in turn. */
  async function hold(headers: Record<string, string>, fields: object = {}) {
    holds += 1
    const { api } = holds % 2 === 0 ? booking : other
    return await api
      .post('/bookings')
      .set({ ...withKey(), ...headers })
      .send(screening.input(fields))
  }
  const as = (email: string) => ({ customer: { name: 'Eve', email } })

  it('is few seats by session and more by address, whatever the customers call themselves', async () => {
    expect((await hold(client('s1', 'a1'), { quantity: 3 })).status).toBe(201)
    const refused = await hold(client('s1', 'a2'), { quantity: 2 })
    expect(problem(refused)).toBe('429 too-many-seats')
    expect(refused.headers['retry-after']).toMatch(/^\d+$/)
    expect((await hold(client('s1', 'a2'))).status).toBe(201)

    expect((await hold(client('s2', 'a1'), { quantity: 3 })).status).toBe(201)
    expect(problem(await hold({ 'X-Client-Address': 'a1' }, { quantity: 3 }))).toBe('429 too-many-seats')
    expect((await hold({ 'X-Client-Address': 'a1' }, { quantity: 2 })).status).toBe(201)
    expect((await hold(client('s3', 'a3'), { quantity: 4 })).status).toBe(201)
  })

  it('is exact under concurrency, on several replicas', async () => {
    const { body: first } = await hold({}, { seats: ['Z1'] })
    const countHeld = async (row: string, nth: (n: number) => Record<string, string>) => {
      const seats = Array.from({ length: 12 }, (_seat, n) => `${row}${n + 1}`)
      const answers = await holdAtOnce(booking, first.id, seats, (seat, n) => hold(nth(n), { seats: [seat] }))
      const refused = answers.filter(({ status }) => status !== 201)
      expect(new Set(refused.map(problem))).toEqual(new Set(['429 too-many-seats']))
      return answers.length - refused.length
    }

    expect(await countHeld('A', (n) => client(`crowd-${n}`, 'crowd'))).toBe(8)
    expect(await countHeld('B', (n) => client('roamer', `cell-${n}`))).toBe(4)
  })

  it('counts no hold that has ended, swept or not, and forgets whose it was', async () => {
    const holdFour = () => hold(client('s4', 'a4'), { quantity: 4 })
    const { body: first } = await holdFour()
    await booking.passTime([first.id], 300)

    const { body: second } = await holdFour()
    booking.payment.capture(second)
    await booking.api.post(`/bookings/${second.id}/confirm`).set(withKey()).expect(200)
    const { body: third } = await holdFour()
    await booking.api.post(`/bookings/${third.id}/cancel`).set(withKey()).expect(200)

    expect((await holdFour()).status).toBe(201)
    const { rows } = await booking.database.query(
      'SELECT DISTINCT client_session, client_address FROM bookings WHERE id = ANY ($1)',
      [[second.id, third.id]],
    )
    expect(rows).toEqual([{ client_session: null, client_address: null }])
  })

  it('is any number of seats without a client', async () => {
    for (let n = 0; n < 2; n += 1) expect((await hold({}, { quantity: 8 })).status).toBe(201)
  })

  it('is six holds by one email within a client, so that nobody locks out its owner', async () => {
    const eve = { 'X-Client-Address': 'eve' }
    for (let n = 0; n < 6; n += 1) {
      expect((await hold(eve, as(`Victim+${n}@example.org`))).status).toBe(201)
    }
    expect(problem(await hold(eve, as('victim@Example.org')))).toBe('429 too-many-holds')

    expect((await hold(client('v', 'victim'), as('victim@example.org'))).status).toBe(201)
    expect(problem(await hold({}, as('victim+x@example.org')))).toBe('429 too-many-holds')
    expect((await hold({}, as('victim@example.com'))).status).toBe(201)
  })
})
