import type { Page, ProblemDetails } from '@matinee/contracts/common'
import type { ListingInput, Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { evenings, planShowtimes } from '../domain/plan-showtimes.ts'
import { NoAnswerError } from './patiently.ts'
import { films, theatres } from './programme.ts'
import type { Shown } from './programme.ts'

export interface ProgrammeOptions {
  MOVIE_URL: string
  THEATRE_URL: string
  ADMIN_TOKEN: string
}

const answersWithinMs = 10_000

/**
 * Adds the programme through the services' own interface. May be repeated: what is there stays as it is, except that a
 * film whose showtimes are all over gets new ones.
 *
 * @throws NoAnswerError when a service does not answer; what else it says against something as an Error
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

  for (const { shown, ...film } of films) {
    const input = shown ? { ...film, listings: listings(shown, open) } : film
    if (await added<Movie>(await send('POST', `${MOVIE_URL}/movies`, input), 'movie-exists')) continue
    const movie = await find<Movie>(
      `${MOVIE_URL}/movies`,
      { q: film.title },
      ({ title, releaseYear }) => title === film.title && releaseYear === film.releaseYear,
    )
    if (isOver(movie)) {
      const renewed = { listings: listings(shown ?? everywhere(open), open) }
      await added(await send('PATCH', `${MOVIE_URL}/movies/${movie.id}`, renewed))
    }
  }
}

function listings(shown: Shown[], open: Theatre[]): ListingInput[] {
  return shown.flatMap(({ theatre: name, screen, times }) => {
    const theatre = open.find((each) => each.name === name)
    if (!theatre) return []
    return [{ theatreId: theatre.id, screen, showtimes: planShowtimes(theatre.timeZone, new Date(), times) }]
  })
}

/** Where the movie service shows a film that comes without listings. */
function everywhere(open: Theatre[]): Shown[] {
  return open.map(({ name, screens: [first] }) => ({
    theatre: name,
    screen: first?.name ?? '',
    times: evenings,
  }))
}

function isOver({ listings }: Movie): boolean {
  return listings.every(({ showtimes }) => showtimes.every((time) => Date.parse(time) < Date.now()))
}

/** An answer that another attempt could not better. */
async function ask(url: string, init?: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(answersWithinMs)
  const response = await fetch(url, { ...init, signal }).catch((error: unknown) => {
    const { cause = error } = error as Error
    throw new NoAnswerError(`${url} does not answer: ${(cause as Error).message}`)
  })
  if ([429, 502, 503, 504].includes(response.status)) {
    await response.body?.cancel()
    throw new NoAnswerError(`${url} answers ${response.status}`)
  }
  return response
}

/** What was made; undefined when it was there before, which the service says by the problem `conflict`. */
async function added<T>(response: Response, conflict?: string): Promise<T | undefined> {
  if (response.ok) return (await response.json()) as T
  // A proxy in between may refuse it in words of its own.
  const { type, detail = response.statusText } = (await response
    .json()
    .catch(() => ({}))) as Partial<ProblemDetails>
  if (conflict && type?.endsWith(`/${conflict}`)) return undefined
  throw new Error(`${response.url} answers ${response.status}: ${detail}`)
}

async function find<T>(url: string, query: Record<string, string>, isIt: (item: T) => boolean): Promise<T> {
  const search = new URLSearchParams({ ...query, limit: '100' }).toString()
  const response = await ask(`${url}?${search}`)
  const { items } = (await response.json()) as Page<T>
  const found = items.find(isIt)
  if (!found) throw new Error(`${response.url} does not list what is there`)
  return found
}
