/** A stadium with enough seats for every hold of a run, and who sits where. */
import type { Stack } from '@matinee/local-stack/stack'

export interface Screenings {
  movieIds: string[]
  theatreId: string
  showtimes: string[]
}

const rows = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const seatsPerRow = 40
const seatsPerScreening = rows.length * seatsPerRow

/** Four movies, each shown `count` times in a hall of 1,040 seats. */
export async function addScreenings(
  { services: { movie, theatre }, adminToken }: Pick<Stack, 'services' | 'adminToken'>,
  count: number,
): Promise<Screenings> {
  async function add(url: string, body: object): Promise<string> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${adminToken}` },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(await response.text())
    return ((await response.json()) as { id: string }).id
  }

  const theatreId = await add(`${theatre.url}/theatres`, {
    name: 'Stadium',
    city: 'Bench',
    price: { amount: 1200, currency: 'EUR' },
    screens: [{ name: 'Field', rows: rows.length, seatsPerRow }],
  })
  const showtimes = Array.from({ length: count }, (_, hours) =>
    new Date(Date.now() + (hours + 24) * 3_600_000).toISOString(),
  )
  const addMovie = (title: string) =>
    add(`${movie.url}/movies`, { title, durationMinutes: 90, listings: [{ theatreId, showtimes }] })
  return { theatreId, movieIds: await Promise.all(['A', 'B', 'C', 'D'].map(addMovie)), showtimes }
}

/** The body of a hold of the seat with this number, by a customer who accepts no other. */
export function holdOf({ movieIds, theatreId, showtimes }: Screenings, seat: number): string {
  const screening = Math.floor(seat / seatsPerScreening)
  return JSON.stringify({
    movieId: movieIds[Math.floor(screening / showtimes.length)],
    theatreId,
    showtime: showtimes[screening % showtimes.length],
    seats: [`${rows[Math.floor(seat / seatsPerRow) % rows.length] ?? ''}${(seat % seatsPerRow) + 1}`],
    customer: { name: 'Bench', email: `${seat}@example.com` },
  })
}
