import { TZDate } from '@date-fns/tz'

const days = [1, 2, 3, 4, 5, 6, 7]
const hours = [18, 21]

/**
 * The showtimes of a movie that comes without: on seven days from tomorrow, at 18:00 and 21:00 of the theatre's clock,
 * whatever daylight saving does in between.
 *
 * @param timeZone IANA name
 * @returns 14 instants, ISO 8601 in UTC, in their order
 */
export function planShowtimes(timeZone: string, now: Date): string[] {
  const today = new TZDate(now, timeZone)
  return days.flatMap((day) =>
    hours.map((hour) => {
      const local = new TZDate(
        today.getFullYear(),
        today.getMonth(),
        today.getDate() + day,
        hour,
        0,
        0,
        timeZone,
      )
      return new Date(local.getTime()).toISOString()
    }),
  )
}
