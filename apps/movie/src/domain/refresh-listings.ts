import type { TheatreClient } from '../clients/theatre.ts'
import type { MovieStore } from '../data/movie-store.ts'
import type { Events } from '../events.ts'

export interface RefreshContext {
  movies: MovieStore
  theatres: TheatreClient
  events: Events
}

/** Brings the copies of theatres' names and cities up to date. Several replicas may do it at once. */
export async function refreshListings({ movies, theatres, events }: RefreshContext): Promise<void> {
  const changed = await movies.refreshTheatres(await theatres.listAll())
  if (changed > 0) events.listingsRefreshed(changed)
}
