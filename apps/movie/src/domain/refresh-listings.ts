import type { TheatreClient } from '../clients/theatre-client.ts'
import type { MovieRepository } from '../data/movie-repository.ts'
import type { Events } from '../events.ts'

export interface RefreshContext {
  movies: MovieRepository
  theatres: TheatreClient
  events: Events
}

/** Brings the copies of theatres' names and cities up to date. Several replicas may do it at once. */
export async function refreshListings({ movies, theatres, events }: RefreshContext): Promise<void> {
  const changed = await movies.refreshTheatres(await theatres.listAll())
  if (changed > 0) events.listingsRefreshed(changed)
}
