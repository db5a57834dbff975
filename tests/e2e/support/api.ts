import { randomUUID } from 'node:crypto'
import { ownAddress } from './address.ts'

function needed(name: string, what: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`Set ${name}: ${what}`)
  return value
}

/** The address of the system under test. */
export const baseUrl = (process.env['BASE_URL'] ?? 'http://localhost:8080').replace(/\/$/, '')
export const adminToken = () => needed('ADMIN_TOKEN', 'the admin token that `make demo` printed')

export interface Reply {
  status: number
  headers: Headers
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test's view of a body
  body: any
}

/** A request to the public API, from a new customer and with a fresh Idempotency-Key unless one is given. */
export async function api(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${baseUrl}/api${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(method === 'POST' && { 'Idempotency-Key': randomUUID() }),
      ...ownAddress(),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  }
}

export const asAdmin = () => ({ Authorization: `Bearer ${adminToken()}` })

interface Named {
  id: string
  name: string
}

async function add<T>(path: string, body: object): Promise<T> {
  const reply = await api('POST', path, body, asAdmin())
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body))
  return reply.body as T
}

/** Adds a theatre and a movie with one showtime there, tomorrow. */
export async function addScreening({ rows = 5, seatsPerRow = 8, amount = 1200, currency = 'EUR' } = {}) {
  const name = randomUUID().slice(0, 8)
  const theatre = await add<Named>('/theatres', {
    name: `Theatre ${name}`,
    city: 'Testville',
    price: { amount, currency },
    screens: [{ name: 'One', rows, seatsPerRow }],
  })
  const showtime = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 86_400_000).toISOString()
  const movie = await add<{ id: string; title: string }>('/movies', {
    title: `Movie ${name}`,
    durationMinutes: 90,
    listings: [{ theatreId: theatre.id, showtimes: [showtime] }],
  })
  return { theatre, movie, showtime }
}

/** Holds a seat of a new screening for a new customer. */
export async function holdSeat(): Promise<{ id: string; amount: number; currency: string }> {
  const { movie, theatre, showtime } = await addScreening()
  const reply = await api('POST', '/bookings', {
    movieId: movie.id,
    theatreId: theatre.id,
    showtime,
    seats: ['A1'],
    customer: { ...customer, email: `${randomUUID()}@example.com` },
  })
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body))
  return reply.body as { id: string; amount: number; currency: string }
}

export const customer = { name: 'Ada Lovelace', email: 'ada@example.com' }

export const goodCard = {
  number: '4242424242424242',
  expiryMonth: 12,
  expiryYear: new Date().getUTCFullYear() + 2,
  cvc: '123',
  holder: 'Ada Lovelace',
}
