import type { Booking, BookingInput } from '@matinee/contracts/booking'
import { assertTimeLeft, requestContext } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { chooseSeats, inOrder, unknownSeats } from './choose-seats.ts'
import type { Context, HoldOutcome, View } from './context.ts'
import { expireHolds } from './expire-holds.ts'
import { findListing } from './find-screening.ts'
import type { Listed } from './find-screening.ts'
import { newReference } from './reference.ts'
import type { SeatPlan } from './screening.ts'

export const maxHoldsPerCustomer = 6

/** After each lost race, a party chooses from this many times more runs of seats: 1, then 8, then 64. */
const spread = 8

/**
 * Holds seats for a customer: the requested ones, or the best free ones. After a lost race it looks again and retries.
 *
 * @throws ProblemError one of the problems of `createBooking`; nothing is held then
 */
export async function holdSeats(context: Context, input: BookingInput, claim: Claim): Promise<Booking> {
  const listed = await findListing(context, input.movieId, input.theatreId)
  const showtimes = showtimesWanted(input, listed)
  for (let attempt = 1; ; attempt += 1) {
    const view = await context.bookings.lookAt(listed.movie.id, listed.theatre.id, showtimes)
    const plan = view.plan ?? listed.plan
    const showtime = view.showtime ?? refuseShowtime(input)
    const seats = input.seats
      ? seatsAskedFor(plan, view, input.seats)
      : bestSeats(plan, view, input.quantity ?? 1, Math.floor(context.random() * spread ** (attempt - 1)))
    const booking = newBooking(context, input, listed, { ...view, plan, showtime, seats })
    assertTimeLeft()
    const outcome = await context.bookings.hold(booking, plan, claim, requestContext()?.client)
    if (outcome === 'held') {
      context.events.seatsHeld(booking)
      return booking
    }
    if (outcome !== 'race-lost') refuseHold(outcome)
    // An expired hold that has not been swept yet may be in the way.
    await expireHolds(context)
  }
}

function showtimesWanted({ showtime }: BookingInput, { showtimes, movie }: Listed): string[] {
  if (showtime === undefined) return showtimes
  if (showtimes.includes(showtime)) return [showtime]
  throw new ProblemError('showtime-not-found', `${movie.title} is not on show there at ${showtime}.`)
}

function refuseShowtime({ showtime }: BookingInput): never {
  if (showtime !== undefined) throw new ProblemError('showtime-passed', `The show of ${showtime} has begun.`)
  throw new ProblemError('showtime-not-found', 'No showtime is left. Choose another movie or theatre.')
}

function seatsAskedFor(plan: SeatPlan, view: View, seats: string[]): string[] {
  const unknown = unknownSeats(plan, seats)
  if (unknown.length > 0) {
    throw new ProblemError(
      'seat-not-found',
      `${plan.screen} has no seat ${unknown.map((seat) => seat.slice(0, 20)).join(', ')}.`,
    )
  }
  const taken = inOrder(seats.filter((seat) => view.taken.includes(seat)))
  if (taken.length > 0) {
    throw new ProblemError('seats-taken', `Taken: ${taken.join(', ')}. Choose other seats.`, {
      members: { seats: taken },
    })
  }
  return inOrder(seats)
}

/** @param rank 0 for the best; after a lost race customers spread out, so that they do not all try the same seats again */
function bestSeats(plan: SeatPlan, view: View, quantity: number, rank: number): string[] {
  const seats = chooseSeats(plan, new Set(view.taken), quantity, rank)
  if (!seats) throw new ProblemError('sold-out', 'Fewer seats are free than requested.')
  return seats
}

function newBooking(
  context: Context,
  { customer }: BookingInput,
  { movie, theatre }: Listed,
  { now, showtime, plan, seats }: { now: string; showtime: string; plan: SeatPlan; seats: string[] },
): Booking {
  return {
    id: context.newId(),
    reference: newReference(() => context.random()),
    status: 'pending',
    movie: { id: movie.id, title: movie.title },
    theatre: { id: theatre.id, name: theatre.name, city: theatre.city },
    screen: plan.screen,
    showtime,
    seats,
    amount: theatre.price.amount * seats.length,
    currency: theatre.price.currency,
    customer,
    expiresAt: new Date(Date.parse(now) + context.holdSeconds * 1000).toISOString(),
    createdAt: now,
    updatedAt: now,
  }
}

function refuseHold(outcome: Exclude<HoldOutcome, 'held' | 'race-lost'>): never {
  switch (outcome) {
    case 'claim-lost':
      throw new ProblemError(
        'idempotency-key-in-use',
        'Another request with this key has taken over. Retry in a second.',
        { headers: { 'Retry-After': '1' } },
      )
    case 'too-many-holds':
      throw new ProblemError(
        'too-many-holds',
        `One customer may have ${maxHoldsPerCustomer} holds at a time. Pay or cancel one first.`,
      )
    case 'too-many-seats':
      throw new ProblemError(
        'too-many-seats',
        'You, or others at your address, hold too many seats that are not paid. Pay or cancel a booking first.',
      )
  }
}
