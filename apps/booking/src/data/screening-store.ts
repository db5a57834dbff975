import type { ScreeningStore } from '../domain/context.ts'
import { isLive } from './booking-rows.ts'
import type { Database } from './database.ts'

interface PlanRow {
  screen: string
  rows: number
  seatsPerRow: number
}

interface OccupancyRow extends PlanRow {
  now: Date
  movieId: string
  theatreId: string
  /** Null in the one row that is there when no screening is. */
  showtime: Date | null
  taken: number
}

export function createScreeningStore(database: Database): ScreeningStore {
  return {
    async seats({ movieId, theatreId, showtime }) {
      const [row] = await database.$queryRaw<(PlanRow & { held: string[]; sold: string[] })[]>`
        SELECT s.screen, s.rows, s.seats_per_row AS "seatsPerRow",
          coalesce(array_agg(t.seat) FILTER (WHERE b.status = 'pending'), '{}') AS held,
          coalesce(array_agg(t.seat) FILTER (WHERE b.status = 'confirmed'), '{}') AS sold
        FROM screenings s
        LEFT JOIN (taken_seats t JOIN bookings b ON b.id = t.booking_id AND ${isLive}) ON t.screening_id = s.id
        WHERE s.movie_id = ${movieId} AND s.theatre_id = ${theatreId} AND s.showtime = ${showtime}::timestamptz
        GROUP BY s.id`
      if (!row) return null
      const { held, sold, ...plan } = row
      return { plan, held, sold }
    },

    async occupancy(from, to) {
      const rows = await database.$queryRaw<OccupancyRow[]>`
        SELECT clock.now, s.movie_id AS "movieId", s.theatre_id AS "theatreId", s.showtime, s.screen, s.rows,
          s.seats_per_row AS "seatsPerRow", count(b.id)::int AS taken
        FROM (SELECT clock_timestamp() AS now) clock
        LEFT JOIN screenings s ON s.showtime >= coalesce(${from ?? null}::timestamptz, clock.now)
          AND (${to ?? null}::timestamptz IS NULL OR s.showtime <= ${to ?? null}::timestamptz)
        LEFT JOIN (taken_seats t JOIN bookings b ON b.id = t.booking_id AND ${isLive}) ON t.screening_id = s.id
        GROUP BY clock.now, s.id`
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
