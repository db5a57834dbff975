import type { Listing, ListingInput } from '@matinee/contracts/movie'
import type { Screen, Theatre } from '@matinee/contracts/theatre'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context } from './context.ts'
import { planShowtimes } from './plan-showtimes.ts'

function listing({ id, name, city }: Theatre, screen: Screen, showtimes: string[]): Listing {
  return { theatre: { id, name, city }, screen: screen.name, showtimes }
}

function refuse(
  problem: 'theatre-not-found' | 'theatre-not-available' | 'validation-failed',
  detail: string,
  pointer: string,
): never {
  throw new ProblemError(problem, detail, { members: { errors: [{ pointer, detail }] } })
}

/**
 * Checks the listings of a request against the theatres, and sorts their showtimes.
 *
 * @throws ProblemError `theatre-not-found`, `theatre-not-available`, `validation-failed` for an unknown screen, and what
 *   the theatre client throws
 */
export async function checkListings({ theatres }: Context, inputs: ListingInput[]): Promise<Listing[]> {
  const found = await Promise.all(inputs.map(({ theatreId }) => theatres.find(theatreId)))
  return inputs.map(({ theatreId, screen: wanted, showtimes }, index) => {
    const theatre = found[index]
    const pointer = `/listings/${index}`
    if (!theatre) refuse('theatre-not-found', `There is no theatre ${theatreId}.`, `${pointer}/theatreId`)
    if (!theatre.available) {
      refuse('theatre-not-available', `The theatre ${theatre.name} is closed.`, `${pointer}/theatreId`)
    }
    const screen = theatre.screens.find(({ name }) => wanted === undefined || name === wanted)
    if (!screen) refuse('validation-failed', `${theatre.name} has no such screen.`, `${pointer}/screen`)
    return listing(theatre, screen, showtimes.toSorted())
  })
}

/** One listing at every open theatre, on its first screen. */
export async function listEverywhere({ theatres, now }: Context): Promise<Listing[]> {
  const open = await theatres.allOpen()
  return open.flatMap((theatre) =>
    theatre.screens
      .slice(0, 1)
      .map((screen) => listing(theatre, screen, planShowtimes(theatre.timeZone, now()))),
  )
}
