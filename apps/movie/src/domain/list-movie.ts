import type { Listing, ListingInput } from '@matinee/contracts/movie'
import type { Screen, Theatre } from '@matinee/contracts/theatre'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { TheatreClient } from '../clients/theatre.ts'
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
 * Listings as an admin asks for them, held against the theatres; showtimes in their order.
 *
 * @throws ProblemError `theatre-not-found`, `theatre-not-available`, or `validation-failed` for a screen that is not
 *   there, and what the theatre client throws
 */
export async function listAsAsked(theatres: TheatreClient, inputs: ListingInput[]): Promise<Listing[]> {
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

/** A listing at every available theatre, on its first screen. */
export async function listEverywhere(theatres: TheatreClient, now: Date): Promise<Listing[]> {
  const available = await theatres.listAvailable()
  return available.flatMap((theatre) =>
    theatre.screens
      .slice(0, 1)
      .map((screen) => listing(theatre, screen, planShowtimes(theatre.timeZone, now))),
  )
}
