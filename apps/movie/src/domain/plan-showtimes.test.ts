import { describe, expect, it } from '@jest/globals'
import { planShowtimes } from './plan-showtimes.ts'

/** The local time of an instant, such as `2026-10-25 18:00`. */
function local(timeZone: string, instant: string): string {
  return new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(
    new Date(instant),
  )
}

describe('planShowtimes', () => {
  it.each([
    ['a time zone that is a day ahead', 'Pacific/Kiritimati', '2026-03-01T11:00:00Z', '2026-03-03'],
    ['a time zone that is a day behind', 'Pacific/Pago_Pago', '2026-03-01T10:00:00Z', '2026-03-01'],
    ['the start of daylight saving time', 'Europe/Berlin', '2026-03-27T12:00:00Z', '2026-03-28'],
    ['the end of daylight saving time', 'America/New_York', '2026-10-30T12:00:00Z', '2026-10-31'],
    ['a change of the clocks by half an hour', 'Australia/Lord_Howe', '2026-10-01T12:00:00Z', '2026-10-02'],
    ['a change of the clocks at midnight', 'Africa/Cairo', '2026-04-22T12:00:00Z', '2026-04-23'],
    ['the end of February in a leap year', 'UTC', '2028-02-27T12:00:00Z', '2028-02-28'],
    ['the turn of the year', 'Asia/Kathmandu', '2026-12-29T12:00:00Z', '2026-12-30'],
  ])('keeps the local times across %s', (_what, timeZone, now, tomorrow) => {
    const evenings = Array.from({ length: 7 }, (_, day) => {
      const date = new Date(`${tomorrow}T00:00:00Z`)
      date.setUTCDate(date.getUTCDate() + day)
      return date.toISOString().slice(0, 10)
    }).flatMap((date) => [`${date} 18:00`, `${date} 21:00`])

    const planned = planShowtimes(timeZone, new Date(now))

    expect(planned.map((showtime) => local(timeZone, showtime))).toEqual(evenings)
    expect(planned).toEqual(planned.map((showtime) => new Date(showtime).toISOString()))
  })

  it('accepts other times, before and after a change of the clocks', () => {
    const planned = planShowtimes('Europe/Berlin', new Date('2026-03-28T12:00:00Z'), ['01:30', '03:30'])
    expect(planned.slice(0, 3)).toEqual([
      '2026-03-29T00:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-03-29T23:30:00.000Z',
    ])
  })
})
