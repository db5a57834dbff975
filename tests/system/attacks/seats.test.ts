import { randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { ownAddress } from '../../e2e/support/address.ts'
import { addScreening, api, baseUrl } from '../../e2e/support/api.ts'
import type { Reply } from '../../e2e/support/api.ts'

const problemOf = ({ status, body }: Reply) =>
  status === 201 ? 'held' : String((body as { type: string }).type.split('/').at(-1))

/** Someone who asks for seats, from one address. */
async function aCaller(headers: Record<string, string> = ownAddress()) {
  const { movie, theatre } = await addScreening({ rows: 18, seatsPerRow: 12 })
  return {
    hold: (email: string, quantity: number, more: Record<string, string> = headers) =>
      api(
        'POST',
        '/bookings',
        { movieId: movie.id, theatreId: theatre.id, quantity, customer: { name: 'M', email } },
        more,
      ),
  }
}

/** The cookie of a new visitor. */
async function newSession(headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${baseUrl}/bookings`, { headers })
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

describe('hoarding seats', () => {
  it('gets one address 64 of 216, however it calls its customers', async () => {
    const { hold } = await aCaller()
    const asked = Array.from({ length: 27 }, (_hold, n) => hold(`me+${n}@example.com`, 8))
    const outcomes = Map.groupBy(await Promise.all(asked), problemOf)

    // Six holds of one e-mail address come first.
    expect([...outcomes.keys()].sort()).toEqual(['held', 'too-many-holds'])
    expect(outcomes.get('held')).toHaveLength(6)
    const others = Array.from({ length: 27 }, () => hold(`${randomUUID()}@example.com`, 8))
    const more = Map.groupBy(await Promise.all(others), problemOf)
    expect([...more.keys()].sort()).toEqual(['held', 'too-many-seats'])
    expect(more.get('held')).toHaveLength(2)
    for (const { headers } of more.get('too-many-seats') ?? []) {
      expect(headers.get('retry-after')).toMatch(/^\d+$/)
    }
    expect(problemOf(await hold('honest@example.com', 8, ownAddress()))).toBe('held')
  })

  it('gets one session 16, from whatever addresses, and leaves its neighbours theirs', async () => {
    const { hold } = await aCaller()
    const address = ownAddress()
    const Cookie = await newSession(address)
    const asked = Array.from({ length: 9 }, () =>
      hold(`${randomUUID()}@example.com`, 4, { ...ownAddress(), Cookie }),
    )

    const outcomes = (await Promise.all(asked)).map(problemOf)

    expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(4)
    expect(outcomes.filter((outcome) => outcome === 'too-many-seats')).toHaveLength(5)
    const other = { ...address, Cookie: await newSession(address) }
    expect(problemOf(await hold(`${randomUUID()}@example.com`, 8, other))).toBe('held')
  })

  it('is not hidden by the headers with which the edge names clients', async () => {
    const { hold } = await aCaller()
    const address = ownAddress()
    const asked = Array.from({ length: 10 }, (_hold, n) =>
      hold(`${randomUUID()}@example.com`, 8, {
        ...address,
        'X-Client-Address': `a${n}`,
        'X-Client-Session': `s${n}`,
      }),
    )

    expect((await Promise.all(asked)).filter(({ status }) => status === 201)).toHaveLength(8)
  })

  it("does not lock out the owner of somebody's e-mail address", async () => {
    const { hold } = await aCaller()
    for (const email of ['ann', 'ann', 'Ann+1', 'ann+2', 'ANN', 'ann+a+b']) {
      expect(problemOf(await hold(`${email}@example.net`, 1))).toBe('held')
    }

    expect(problemOf(await hold('ann@example.net', 1))).toBe('too-many-holds')
    expect(problemOf(await hold('ann@example.net', 2, ownAddress()))).toBe('held')
  })
})
