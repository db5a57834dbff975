import { showtimeIn } from './customers.ts'
import type { Wish } from './customers.ts'
import type { System } from './system.ts'

/** A big house that is never sold out, and a small one where everybody wants the same seats. */
export async function addProgramme(
  system: Pick<System, 'url' | 'adminToken'>,
  minutes: number,
): Promise<[Wish, ...Wish[]]> {
  async function add(path: string, body: object): Promise<string> {
    const response = await fetch(`${system.url}/api${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.adminToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(await response.text())
    return ((await response.json()) as { id: string }).id
  }
  const price = { amount: 1200, currency: 'EUR' }
  const house = (name: string, rows: number, seatsPerRow: number) =>
    add('/theatres', {
      name,
      city: 'Berlin',
      price,
      screens: [{ name: 'One', rows, seatsPerRow }],
    })
  const big = await house('Big House', 26, 40)
  const small = await house('Small House', 2, 20)
  const showtimes = Array.from({ length: 10 + Math.ceil(minutes * 2) }, (_, n) => showtimeIn(24 + n * 3))
  const listings = [big, small].map((theatreId) => ({ theatreId, showtimes }))
  const movieId = await add('/movies', { title: 'Chaos', durationMinutes: 90, listings })
  const names = ['A', 'B'].flatMap((row) => Array.from({ length: 20 }, (_, n) => `${row}${n + 1}`))
  const wishes = showtimes.flatMap((showtime): Wish[] => [
    { movieId, theatreId: big, showtime, names: [] },
    { movieId, theatreId: small, showtime, names },
  ])
  return wishes as [Wish, ...Wish[]]
}
