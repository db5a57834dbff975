import type { Context } from './context.ts'

/** Updates the listings' copies of the theatres' names and cities. Safe to run on several replicas at once. */
export async function refreshListings({ movies, theatres, events }: Context): Promise<void> {
  const changed = await movies.refreshTheatres(await theatres.all())
  if (changed > 0) events.listingsRefreshed(changed)
}
