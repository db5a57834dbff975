import { fileURLToPath } from 'node:url'
import type { Page, ProblemDetails } from '@matinee/contracts/common'
import type { ListingInput, Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { timed } from '@matinee/databases/fetch'
import { instant } from './clock.ts'
import { films, theatres, type Shown } from './programme.ts'

export interface SeedOptions {
  movieUrl: string
  theatreUrl: string
  adminToken: string
  say: (line: string) => void
}

/**
 * Adds the programme through the services' own interface. May be repeated: what is there stays as it is, except
 * that a film whose showtimes are all over gets new ones. Throws when a service refuses something.
 */
export async function seed({ movieUrl, theatreUrl, adminToken, say }: SeedOptions): Promise<void> {
  const send = (method: string, url: string, body: object) =>
    fetch(url, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  await timed(say, `programme: ${theatres.length} theatres, ${films.length} films`, async () => {
    const open: Theatre[] = []
    for (const input of theatres) {
      const response = await send('POST', `${theatreUrl}/theatres`, input)
      const theatre =
        (await added<Theatre>(response, 'theatre-exists')) ??
        (await find<Theatre>(
          `${theatreUrl}/theatres`,
          { city: input.city },
          ({ name }) => name === input.name,
        ))
      if (theatre.available) open.push(theatre)
    }

    for (const { shown, ...film } of films) {
      const input = shown ? { ...film, listings: listings(shown, open) } : film
      const response = await send('POST', `${movieUrl}/movies`, input)
      if (await added<Movie>(response, 'movie-exists')) continue
      const movie = await find<Movie>(
        `${movieUrl}/movies`,
        { q: film.title },
        ({ title, releaseYear }) => title === film.title && releaseYear === film.releaseYear,
      )
      if (isOver(movie)) {
        const renewed = { listings: listings(shown ?? everywhere(open), open) }
        await added(await send('PATCH', `${movieUrl}/movies/${movie.id}`, renewed))
      }
    }
  })
}

function listings(shown: Shown[], open: Theatre[]): ListingInput[] {
  return shown.flatMap(({ theatre: name, screen, times }) => {
    const theatre = open.find((each) => each.name === name)
    if (!theatre) return []
    const days = [1, 2, 3, 4, 5, 6, 7]
    const showtimes = days.flatMap((day) => times.map((time) => instant(theatre.timeZone, day, time)))
    return [{ theatreId: theatre.id, screen, showtimes }]
  })
}

/** Where the movie service shows a film that comes without listings. */
function everywhere(open: Theatre[]): Shown[] {
  return open.map(({ name, screens: [first] }) => ({
    theatre: name,
    screen: first?.name ?? '',
    times: ['18:00', '21:00'],
  }))
}

function isOver({ listings }: Movie): boolean {
  return listings.every(({ showtimes }) => showtimes.every((time) => Date.parse(time) < Date.now()))
}

/** What was made; undefined when it was there before, which the service says by the problem `conflict`. */
async function added<T>(response: Response, conflict?: string): Promise<T | undefined> {
  if (response.ok) return (await response.json()) as T
  const { type, detail } = (await response.json()) as ProblemDetails
  if (conflict && type.endsWith(`/${conflict}`)) return undefined
  throw new Error(`${response.url} answers ${response.status}: ${detail}`)
}

async function find<T>(url: string, query: Record<string, string>, isIt: (item: T) => boolean): Promise<T> {
  const search = new URLSearchParams({ ...query, limit: '100' }).toString()
  const response = await fetch(`${url}?${search}`)
  const { items } = (await response.json()) as Page<T>
  const found = items.find(isIt)
  if (!found) throw new Error(`${response.url} does not list what is there`)
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { MOVIE_URL, THEATRE_URL, ADMIN_TOKEN } = process.env
  await seed({
    movieUrl: MOVIE_URL ?? 'http://localhost:8081',
    theatreUrl: THEATRE_URL ?? 'http://localhost:8082',
    adminToken: ADMIN_TOKEN ?? '',
    say: (line) => process.stdout.write(`${line}\n`),
  })
}
