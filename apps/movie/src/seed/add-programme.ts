import type { Page, ProblemDetails } from '@matinee/contracts/common'
import type { ListingInput, Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { evenings, planShowtimes } from '../domain/plan-showtimes.ts'
import { films, theatres } from './programme.ts'
import type { Shown } from './programme.ts'
import { UnavailableError } from './retry.ts'

interface ProgrammeOptions {
  MOVIE_URL: string
  THEATRE_URL: string
  ADMIN_TOKEN: string
}

const timeoutMs = 10_000

/**
 * Adds the programme through the services' HTTP interface. Idempotent: existing theatres and films stay as they are, except
 * that a film whose showtimes have all passed gets new ones.
 *
 * @throws UnavailableError when a service is unavailable
 * @throws Error when a service refuses a request
 */
export async function addProgramme({ MOVIE_URL, THEATRE_URL, ADMIN_TOKEN }: ProgrammeOptions): Promise<void> {
  const send = (method: string, url: string, body: object) =>
    ask(url, {
      method,
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })

  const open: Theatre[] = []
  for (const input of theatres) {
    const theatre =
      (await added<Theatre>(await send('POST', `${THEATRE_URL}/theatres`, input), 'theatre-exists')) ??
      (await find<Theatre>(
        `${THEATRE_URL}/theatres`,
        { city: input.city },
        ({ name }) => name === input.name,
      ))
    if (theatre.available) open.push(theatre)
  }

  for (const { shown = everywhere(open), ...film } of films) {
    const planned = { listings: listings(shown, open) }
    const input = { ...film, ...planned }
    if (await added<Movie>(await send('POST', `${MOVIE_URL}/movies`, input), 'movie-exists')) continue
    const movie = await find<Movie>(
      `${MOVIE_URL}/movies`,
      { q: film.title },
      ({ title, releaseYear }) => title === film.title && releaseYear === film.releaseYear,
    )
    if (hasEnded(movie)) await added(await send('PATCH', `${MOVIE_URL}/movies/${movie.id}`, planned))
  }
}

function listings(shown: Shown[], open: Theatre[]): ListingInput[] {
  return shown.flatMap(({ theatre: name, screen, times }) => {
    const theatre = open.find((each) => each.name === name)
    if (!theatre) return []
    return [{ theatreId: theatre.id, screen, showtimes: planShowtimes(theatre.timeZone, new Date(), times) }]
  })
}

/** As the movie service lists a film without listings: there it would load locale data, 6 MiB, to stay. */
function everywhere(open: Theatre[]): Shown[] {
  return open.map(({ name, screens: [first] }) => ({
    theatre: name,
    screen: first?.name ?? '',
    times: evenings,
  }))
}

function hasEnded({ listings }: Movie): boolean {
  return listings.every(({ showtimes }) => showtimes.every((time) => Date.parse(time) < Date.now()))
}

/** @throws UnavailableError when a retry may succeed */
async function ask(url: string, init?: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(timeoutMs)
  const response = await fetch(url, { ...init, signal }).catch((error: unknown) => {
    const { cause = error } = error as Error
    throw new UnavailableError(`${url} does not answer: ${(cause as Error).message}`)
  })
  if ([429, 502, 503, 504].includes(response.status)) {
    await response.body?.cancel()
    throw new UnavailableError(`${url} answers ${response.status}`)
  }
  return response
}

/** The body of a success; undefined for the problem `conflict`: it existed before. */
async function added<T>(response: Response, conflict?: string): Promise<T | undefined> {
  if (response.ok) return (await response.json()) as T
  // A proxy may answer without JSON.
  const { type, detail = response.statusText } = (await response
    .json()
    .catch(() => ({}))) as Partial<ProblemDetails>
  if (conflict && type?.endsWith(`/${conflict}`)) return undefined
  throw new Error(`${response.url} answers ${response.status}: ${detail}`)
}

async function find<T>(
  url: string,
  query: Record<string, string>,
  matches: (item: T) => boolean,
): Promise<T> {
  const search = new URLSearchParams({ ...query, limit: '100' }).toString()
  const response = await ask(`${url}?${search}`)
  const { items } = (await response.json()) as Page<T>
  const found = items.find(matches)
  if (!found) throw new Error(`${response.url} does not list what exists already`)
  return found
}
