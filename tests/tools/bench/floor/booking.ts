/** The floor of booking. One statement, and so one transaction, for each hold, confirmation and seat map. */
import { randomUUID } from 'node:crypto'
import { Pool } from 'pg'
import type { Booking, BookingInput, SeatMap } from '@matinee/contracts/booking'
import type { Movie } from '@matinee/contracts/movie'
import type { Payment } from '@matinee/contracts/payment'
import type { Theatre } from '@matinee/contracts/theatre'
import { caller, environment, serve } from './http.ts'

const database = new Pool({ connectionString: environment('POSTGRES_URL') })
const movie = caller(environment('MOVIE_URL'))
const theatre = caller(environment('THEATRE_URL'))
const payment = caller(environment('PAYMENT_URL'))

/** Screenings never change: each is written, and looked up, once. */
const screeningIds = new Map<string, Promise<string>>()

async function addScreening(values: unknown[]): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    `INSERT INTO screenings (movie_id, theatre_id, showtime, screen, rows, seats_per_row)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (movie_id, theatre_id, showtime) DO UPDATE SET screen = excluded.screen RETURNING id`,
    values,
  )
  return rows[0]?.id ?? ''
}

const hold = {
  name: 'hold',
  text: `
    WITH booking AS (
      INSERT INTO bookings (id, reference, screening_id, movie_id, movie_title, theatre_id, theatre_name, theatre_city,
        screen, showtime, seats, amount, currency, customer_name, customer_email, email_key, hold_slot, expires_at,
        check_after, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, 1, $16, $16, $17, $17)
      RETURNING id, screening_id, seats
    )
    INSERT INTO taken_seats (screening_id, seat, booking_id)
    SELECT screening_id, seat, id FROM booking, unnest(seats) seat`,
}

const confirm = {
  name: 'confirm',
  text: `
    UPDATE bookings SET status = 'confirmed', payment_id = $2, updated_at = clock_timestamp(), confirmed_at = clock_timestamp()
    WHERE id = $1 AND status = 'pending' AND expires_at > clock_timestamp()
    RETURNING id, reference, status, movie_id, movie_title, theatre_id, theatre_name, theatre_city, screen, showtime, seats,
      amount, currency, customer_name, customer_email, payment_id, created_at, updated_at`,
}

interface ConfirmedRow {
  [text: string]: string | string[] | number | Date
  showtime: Date
  created_at: Date
  updated_at: Date
}

const seats = {
  name: 'seats',
  text: `
    SELECT s.screen, s.rows, s.seats_per_row,
      coalesce(array_agg(t.seat) FILTER (WHERE b.status = 'pending'), '{}') AS held,
      coalesce(array_agg(t.seat) FILTER (WHERE b.status = 'confirmed'), '{}') AS sold
    FROM screenings s
    LEFT JOIN (taken_seats t JOIN bookings b ON b.id = t.booking_id) ON t.screening_id = s.id
    WHERE s.movie_id = $1 AND s.theatre_id = $2 AND s.showtime = $3 GROUP BY s.id`,
}

interface SeatsRow {
  screen: string
  rows: number
  seats_per_row: number
  held: string[]
  sold: string[]
}

serve({
  async 'POST /bookings'({ body }) {
    const input = JSON.parse(body) as BookingInput & { showtime: string; seats: string[] }
    const [film, place] = await Promise.all([
      movie<Movie>('GET', `/movies/${input.movieId}`),
      theatre<Theatre>('GET', `/theatres/${input.theatreId}`),
    ])
    const listing = film.listings.find(({ theatre: { id } }) => id === place.id)
    const screen = place.screens.find(({ name }) => name === listing?.screen)
    if (!screen) return { status: 422, body: {} }
    const key = `${film.id} ${place.id} ${input.showtime}`
    const screening =
      screeningIds.get(key) ??
      addScreening([film.id, place.id, input.showtime, screen.name, screen.rows, screen.seatsPerRow])
    screeningIds.set(key, screening)
    const now = new Date().toISOString()
    const booking: Booking = {
      id: randomUUID(),
      reference: randomUUID().slice(0, 13),
      status: 'pending',
      movie: { id: film.id, title: film.title },
      theatre: { id: place.id, name: place.name, city: place.city },
      screen: screen.name,
      showtime: input.showtime,
      seats: input.seats,
      amount: place.price.amount * input.seats.length,
      currency: place.price.currency,
      customer: input.customer,
      expiresAt: new Date(Date.now() + 900_000).toISOString(),
      createdAt: now,
      updatedAt: now,
    }
    const { amount, currency, customer } = booking
    await database.query({
      ...hold,
      values: [
        ...[
          booking.id,
          booking.reference,
          await screening,
          film.id,
          film.title,
          place.id,
          place.name,
          place.city,
        ],
        ...[screen.name, input.showtime, input.seats, amount, currency, customer.name, customer.email],
        ...[booking.expiresAt, now],
      ],
    })
    return { status: 201, body: booking }
  },

  async 'POST /bookings/:id/confirm'({ id }) {
    const { items } = await payment<{ items: Payment[] }>('GET', `/payments?bookingId=${id}`)
    const paid = items.find(({ status }) => status === 'captured')
    const { rows } = await database.query<ConfirmedRow>({ ...confirm, values: [id, paid?.id] })
    const row = rows[0]
    if (!paid || !row) return { status: 409, body: {} }
    void payment('POST', `/payments/${paid.id}/settle`)
    return {
      status: 200,
      body: {
        ...{ id: row['id'], reference: row['reference'], status: row['status'] },
        movie: { id: row['movie_id'], title: row['movie_title'] },
        theatre: { id: row['theatre_id'], name: row['theatre_name'], city: row['theatre_city'] },
        screen: row['screen'],
        showtime: row.showtime.toISOString(),
        ...{ seats: row['seats'], amount: row['amount'], currency: row['currency'] },
        customer: { name: row['customer_name'], email: row['customer_email'] },
        paymentId: row['payment_id'],
        createdAt: row.created_at.toISOString(),
        updatedAt: row.updated_at.toISOString(),
      },
    }
  },

  async 'GET /screenings/:id'({ query }) {
    const [movieId, theatreId, showtime] = ['movieId', 'theatreId', 'showtime'].map(
      (name) => query.get(name) ?? '',
    )
    const { rows } = await database.query<SeatsRow>({ ...seats, values: [movieId, theatreId, showtime] })
    const row = rows[0]
    if (!row) return { status: 404, body: {} }
    const taken = new Map<string, 'held' | 'sold'>()
    for (const seat of row.held) taken.set(seat, 'held')
    for (const seat of row.sold) taken.set(seat, 'sold')
    const total = row.rows * row.seats_per_row
    const map: Omit<SeatMap, 'screening'> & { screening: object } = {
      screening: { movieId, theatreId, screen: row.screen, showtime },
      rows: Array.from({ length: row.rows }, (_row, index) => {
        const letter = String.fromCharCode(65 + index)
        return {
          row: letter,
          seats: Array.from({ length: row.seats_per_row }, (_seat, number) => {
            const seat = `${letter}${number + 1}`
            return { seat, status: taken.get(seat) ?? 'free' }
          }),
        }
      }),
      free: total - taken.size,
      total,
    }
    return { status: 200, body: map }
  },
})
