import { z } from 'zod'
import { Amount, Currency, NoFields, ObjectId, Time, Uuid, page, pageQuery, text } from './common.ts'
import type { Api } from './endpoint.ts'

export const maxSeatsPerBooking = 8

export const Customer = z
  .strictObject({ name: text(100), email: z.email().max(254) })
  .meta({ id: 'Customer' })
export type Customer = z.output<typeof Customer>

export const BookingInput = z
  .strictObject({
    movieId: ObjectId,
    theatreId: ObjectId,
    showtime: Time.optional().meta({ description: 'The next one when left out' }),
    seats: z
      .array(z.string())
      .min(1)
      .max(maxSeatsPerBooking)
      .refine((seats) => new Set(seats).size === seats.length, 'Seats must differ')
      .optional()
      .meta({
        description: 'The best free ones, together if possible, when left out',
        examples: [['C7', 'C8']],
      }),
    quantity: z.int().min(1).max(maxSeatsPerBooking).optional().meta({ description: '1 when left out' }),
    customer: Customer,
  })
  .refine(({ seats, quantity }) => !seats || !quantity || seats.length === quantity, {
    path: ['quantity'],
    message: 'Must be the number of the seats',
  })
  .meta({ id: 'BookingInput' })
export type BookingInput = z.output<typeof BookingInput>

export const BookingStatus = z.enum(['pending', 'confirmed', 'expired', 'cancelled'])
export type BookingStatus = z.output<typeof BookingStatus>

export const Booking = z
  .object({
    id: Uuid,
    reference: z
      .string()
      .regex(/^[A-Z2-9]{8}$/)
      .meta({ examples: ['K7TQ2MXA'] }),
    status: BookingStatus,
    movie: z.object({ id: ObjectId, title: z.string() }),
    theatre: z.object({ id: ObjectId, name: z.string(), city: z.string() }),
    screen: z.string(),
    showtime: Time,
    seats: z.array(z.string()),
    amount: Amount,
    currency: Currency,
    customer: z.object({ name: z.string(), email: z.string() }),
    expiresAt: Time.optional().meta({ description: 'While pending: until when the seats are held' }),
    paymentId: Uuid.optional(),
    refund: z.enum(['pending', 'done']).optional(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Booking' })
export type Booking = z.output<typeof Booking>

const params = z.object({ id: Uuid })

export const bookingsApi = {
  createBooking: {
    method: 'post',
    path: '/bookings',
    summary: 'Hold seats',
    idempotent: true,
    body: BookingInput,
    answer: { status: 201, body: Booking, location: '/bookings/{id}' },
    problems: [
      'seats-taken',
      'sold-out',
      'movie-not-found',
      'theatre-not-found',
      'not-listed',
      'showtime-not-found',
      'showtime-passed',
      'theatre-not-available',
      'seat-not-found',
      'too-many-holds',
      'too-many-seats',
      'dependency-unavailable',
      'dependency-timeout',
    ],
  },
  findBooking: {
    method: 'get',
    path: '/bookings',
    summary: 'Find a booking by its reference and the e-mail address it was made with',
    query: z.object({
      reference: z
        .string()
        .transform((value) => value.toUpperCase())
        .pipe(z.string().regex(/^[A-Z2-9]{8}$/, 'Must be 8 letters and digits'))
        .meta({ override: { type: 'string', pattern: '^[A-Za-z2-9]{8}$' } }),
      email: z.email().max(254),
    }),
    answer: { status: 200, body: Booking },
    problems: ['not-found'],
  },
  getBooking: {
    method: 'get',
    path: '/bookings/{id}',
    summary: 'Read a booking',
    params,
    answer: { status: 200, body: Booking },
    problems: ['not-found'],
  },
  confirmBooking: {
    method: 'post',
    path: '/bookings/{id}/confirm',
    summary: 'Confirm a booking that is paid',
    idempotent: true,
    params,
    body: NoFields,
    answer: { status: 200, body: Booking },
    problems: [
      'not-found',
      'payment-required',
      'booking-expired',
      'booking-cancelled',
      'dependency-unavailable',
      'dependency-timeout',
    ],
  },
  cancelBooking: {
    method: 'post',
    path: '/bookings/{id}/cancel',
    summary: 'Cancel a booking, with its refund',
    idempotent: true,
    params,
    body: NoFields,
    answer: { status: 200, body: Booking },
    problems: ['not-found', 'booking-expired', 'cancelled-too-late'],
  },
} as const satisfies Api

/** The length of a cursor made from a showtime, a movie and a theatre. */
const screeningCursor = 99

const ScreeningKey = { movieId: ObjectId, theatreId: ObjectId, screen: z.string(), showtime: Time }
const seatCounts = { free: z.int().min(0), total: z.int().min(1) }

export const Screening = z.object({ ...ScreeningKey, ...seatCounts }).meta({ id: 'Screening' })
export type Screening = z.output<typeof Screening>

export const SeatStatus = z.enum(['free', 'held', 'sold'])
export type SeatStatus = z.output<typeof SeatStatus>

export const SeatMap = z
  .object({
    screening: z.object(ScreeningKey),
    rows: z.array(
      z.object({ row: z.string(), seats: z.array(z.object({ seat: z.string(), status: SeatStatus })) }),
    ),
    ...seatCounts,
  })
  .meta({ id: 'SeatMap' })
export type SeatMap = z.output<typeof SeatMap>

const screeningQuery = z.object({ movieId: ObjectId, theatreId: ObjectId, showtime: Time })

export const screeningsApi = {
  listScreenings: {
    method: 'get',
    path: '/screenings',
    summary: 'List screenings with their free seats',
    query: z.object({
      movieId: ObjectId.optional(),
      theatreId: ObjectId.optional(),
      from: Time.optional().meta({ description: 'Now when left out' }),
      to: Time.optional(),
      ...pageQuery(screeningCursor),
    }),
    answer: { status: 200, body: page(Screening) },
    problems: ['dependency-unavailable', 'dependency-timeout'],
  },
  getSeatMap: {
    method: 'get',
    path: '/screenings/seats',
    summary: 'Read the seat map of a screening',
    query: screeningQuery,
    answer: { status: 200, body: SeatMap },
    problems: ['not-found', 'dependency-unavailable', 'dependency-timeout'],
  },
  watchSeatMap: {
    method: 'get',
    path: '/screenings/seats/events',
    summary: 'Follow the seat map as server-sent events: one at once, one at every change',
    query: screeningQuery,
    answer: { status: 200, body: SeatMap },
    stream: true,
    problems: ['not-found', 'dependency-unavailable', 'dependency-timeout'],
  },
} as const satisfies Api
