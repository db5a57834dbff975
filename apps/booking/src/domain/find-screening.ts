import type { Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context } from './context.ts'
import type { SeatPlan } from './screening.ts'

/** A movie at a theatre, with the current data of both services. */
export interface Listed {
  movie: Movie
  theatre: Theatre
  showtimes: string[]
  /** The current plan of its screen. */
  plan: SeatPlan
}

/** A movie's listing at a theatre, with the plan of the screen; undefined without a listing, or when the screen is gone. */
export function listingAt(movie: Movie, theatre: Theatre): Listed | undefined {
  const listing = movie.listings.find((candidate) => candidate.theatre.id === theatre.id)
  const screen = theatre.screens.find(({ name }) => name === listing?.screen)
  return (
    listing &&
    screen && {
      movie,
      theatre,
      showtimes: listing.showtimes.toSorted(),
      plan: { screen: screen.name, rows: screen.rows, seatsPerRow: screen.seatsPerRow },
    }
  )
}

/**
 * Asks the movie and the theatre service in parallel where to hold seats.
 *
 * @throws ProblemError `movie-not-found`, `theatre-not-found`, `theatre-not-available`, `not-listed`
 */
export async function findListing(
  { movies, theatres }: Context,
  movieId: string,
  theatreId: string,
): Promise<Listed> {
  const [movie, theatre] = await Promise.all([movies.find(movieId), theatres.find(theatreId)])
  if (!movie) throw new ProblemError('movie-not-found', `There is no movie ${movieId}.`)
  if (!theatre) throw new ProblemError('theatre-not-found', `There is no theatre ${theatreId}.`)
  if (!theatre.available) {
    throw new ProblemError('theatre-not-available', `${theatre.name} is closed. Choose another theatre.`)
  }
  const listed = listingAt(movie, theatre)
  if (!listed) throw new ProblemError('not-listed', `${movie.title} is not on show at ${theatre.name}.`)
  return listed
}
