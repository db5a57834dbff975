/** The floor of movie: the driver on the service's own documents. */
import { MongoClient, ObjectId } from 'mongodb'
import type { Listing, Movie } from '@matinee/contracts/movie'
import { environment, serve } from './http.ts'

type MovieDocument = Omit<Movie, 'id' | 'listings' | 'createdAt' | 'updatedAt'> & {
  listings: (Omit<Listing, 'showtimes'> & { showtimes: Date[] })[]
  createdAt: Date
  updatedAt: Date
}

const client = await MongoClient.connect(environment('MOVIE_MONGODB_URL'))
const movies = client.db().collection<MovieDocument>('movies')

function toMovie({ _id, ...document }: MovieDocument & { _id: ObjectId }): Movie {
  const { title, synopsis, durationMinutes, genres, certificate, releaseYear, posterUrl } = document
  return {
    id: _id.toHexString(),
    ...{ title, synopsis, durationMinutes, genres, certificate, releaseYear, posterUrl },
    listings: document.listings.map(({ theatre, screen, showtimes }) => ({
      theatre,
      screen,
      showtimes: showtimes.map((time) => time.toISOString()),
    })),
    createdAt: document.createdAt.toISOString(),
    updatedAt: document.updatedAt.toISOString(),
  }
}

serve({
  async 'GET /movies'() {
    const found = await movies.find().sort({ _id: 1 }).limit(21).toArray()
    return { status: 200, body: { items: found.slice(0, 20).map(toMovie), next: null } }
  },

  async 'GET /movies/:id'({ id }) {
    const found = await movies.findOne({ _id: new ObjectId(id) })
    return found ? { status: 200, body: toMovie(found) } : { status: 404, body: {} }
  },
})
