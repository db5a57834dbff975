import { screeningsApi } from '@matinee/contracts/booking'
import type { Screening } from '@matinee/contracts/booking'
import type { Page } from '@matinee/contracts/common'
import { theatresApi } from '@matinee/contracts/theatre'
import type { Theatre } from '@matinee/contracts/theatre'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Services } from '../clients/services.ts'

const mostPages = 5

/** The items of a list, page by page, until there are no more or enough. */
async function collect<T>(
  read: (after: string | undefined) => Promise<Page<T>>,
  isEnough: (items: T[]) => boolean = () => false,
): Promise<T[]> {
  const items: T[] = []
  let after: string | undefined
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await read(after)
    items.push(...page.items)
    if (page.next === null || isEnough(items)) break
    after = page.next
  }
  return items
}

export async function allTheatres({ theatre }: Services): Promise<Theatre[]> {
  return await collect((after) => theatre.call(theatresApi.listTheatres, { query: { limit: '100', after } }))
}

/** The theatres with these ids, those that still are, by id. */
export async function theatresById({ theatre }: Services, ids: string[]): Promise<Map<string, Theatre>> {
  const wanted = new Set(ids)
  const keep = (theatres: Theatre[]) => theatres.filter(({ id }) => wanted.has(id))
  const theatres = await collect(
    (after) => theatre.call(theatresApi.listTheatres, { query: { limit: '100', after } }),
    (found) => keep(found).length === wanted.size,
  )
  return new Map(keep(theatres).map((found) => [found.id, found]))
}

/** The coming screenings of a movie with their free seats; none when booking cannot tell now. */
export async function screeningsOf({ booking }: Services, movieId: string): Promise<Screening[] | undefined> {
  try {
    return await collect((after) =>
      booking.call(screeningsApi.listScreenings, { query: { movieId, limit: '100', after } }),
    )
  } catch (error) {
    if (error instanceof ProblemError) return undefined
    throw error
  }
}

/** The time zone of a theatre; UTC when it is gone or theatre cannot tell now. */
export async function timeZoneOf({ theatre }: Services, id: string): Promise<string> {
  try {
    return (await theatre.call(theatresApi.getTheatre, { params: { id } })).timeZone
  } catch (error) {
    if (error instanceof ProblemError || error instanceof UpstreamProblem) return 'UTC'
    throw error
  }
}
