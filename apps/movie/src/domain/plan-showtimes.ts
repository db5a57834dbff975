import { TZDate } from '@date-fns/tz'

const days = [1, 2, 3, 4, 5, 6, 7]

/** The default times. */
export const evenings = ['18:00', '21:00']

/**
 * Showtimes on each of the seven days from tomorrow, at these local times of the theatre, across changes of daylight saving
 * time.
 *
 * @param timeZone IANA name
 * @param times such as `18:00`, sorted
 * @returns ISO 8601 in UTC, sorted
 */
export function planShowtimes(timeZone: string, now: Date, times = evenings): string[] {
  const today = new TZDate(now, timeZone)
  return days.flatMap((day) =>
    times.map((time) => {
      const [hour = 0, minute = 0] = time.split(':').map(Number)
      const local = new TZDate(
        today.getFullYear(),
        today.getMonth(),
        today.getDate() + day,
        hour,
        minute,
        0,
        timeZone,
      )
      return new Date(local.getTime()).toISOString()
    }),
  )
}
