import type { Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { epoch } from './world.ts'

const beginning = new Date(epoch).toISOString()
const theatreId = '64b7f0c2a1d3e4f5a6b7c8d9'

export const price = 1_200
export const showtime = new Date(epoch + 7 * 86_400_000).toISOString()

/** Four seats, so that customers meet. */
export const theatre: Theatre = {
  id: theatreId,
  name: 'Small House',
  city: 'Testville',
  timeZone: 'UTC',
  available: true,
  price: { amount: price, currency: 'EUR' },
  screens: [{ name: 'One', rows: 2, seatsPerRow: 2 }],
  createdAt: beginning,
  updatedAt: beginning,
}

export const movie: Movie = {
  id: '64b7f0c2a1d3e4f5a6b7c8e0',
  title: 'The Long Wait',
  durationMinutes: 90,
  genres: [],
  listings: [
    {
      theatre: { id: theatreId, name: theatre.name, city: theatre.city },
      screen: 'One',
      showtimes: [showtime],
    },
  ],
  createdAt: beginning,
  updatedAt: beginning,
}
