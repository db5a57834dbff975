import type { Database } from '@matinee/stores/postgres/connect'
import type { ScreeningStore } from '../domain/context.ts'
import { isLive } from './booking-rows.ts'

interface PlanRow {
  screen: string
  rows: number
  seatsPerRow: number
}

interface OccupancyRow extends PlanRow {
  now: Date
  movieId: string
  theatreId: string
  /** Null in the only row when there is no screening. */
  showtime: Date | null
  taken: number
}

const seats = `
  SELECT s.screen, s.rows, s.seats_per_row AS "seatsPerRow",
    coalesce(array_agg(t.seat) FILTER (WHERE b.status = 'pending'), '{}') AS held,
    coalesce(array_agg(t.seat) FILTER (WHERE b.status = 'confirmed'), '{}') AS sold
  FROM screenings s
  LEFT JOIN (taken_seats t JOIN bookings b ON b.id = t.booking_id AND ${isLive}) ON t.screening_id = s.id
  WHERE s.movie_id = $1 AND s.theatre_id = $2 AND s.showtime = $3
  GROUP BY s.id`

const occupancy = `
  SELECT clock.now, s.movie_id AS "movieId", s.theatre_id AS "theatreId", s.showtime, s.screen, s.rows,
    s.seats_per_row AS "seatsPerRow", count(b.id)::int AS taken
  FROM (SELECT clock_timestamp() AS now) clock
  LEFT JOIN screenings s ON s.showtime >= coalesce($1::timestamptz, clock.now)
    AND ($2::timestamptz IS NULL OR s.showtime <= $2)
  LEFT JOIN (taken_seats t JOIN bookings b ON b.id = t.booking_id AND ${isLive}) ON t.screening_id = s.id
  GROUP BY clock.now, s.id`

export function createScreeningStore(database: Database): ScreeningStore {
  return {
    async seats({ movieId, theatreId, showtime }) {
      const { rows } = await database.query<PlanRow & { held: string[]; sold: string[] }>(seats, [
        movieId,
        theatreId,
        showtime,
      ])
      if (!rows[0]) return null
      const { held, sold, ...plan } = rows[0]
      return { plan, held, sold }
    },

    async occupancy(from, to) {
      const { rows } = await database.query<OccupancyRow>(occupancy, [from, to])
      return {
        now: rows[0]?.now.toISOString() ?? '',
        screenings: rows.flatMap(
          ({ movieId, theatreId, showtime, screen, rows: count, seatsPerRow, taken }) =>
            showtime
              ? {
                  ...{ movieId, theatreId, showtime: showtime.toISOString(), taken },
                  plan: { screen, rows: count, seatsPerRow },
                }
              : [],
        ),
      }
    },
  }
}
