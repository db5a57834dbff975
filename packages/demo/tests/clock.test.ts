import { describe, expect, it } from '@jest/globals'
import { instant } from '../src/clock.ts'

describe('an instant by the clocks of a time zone', () => {
  it.each([
    ['UTC', '2026-12-01T12:00:00Z', 1, '18:00', '2026-12-02T18:00:00.000Z'],
    ['Europe/Berlin', '2026-12-01T12:00:00Z', 1, '18:00', '2026-12-02T17:00:00.000Z'],
    ['America/New_York', '2026-12-01T02:00:00Z', 1, '21:00', '2026-12-02T02:00:00.000Z'],
    ['Asia/Kolkata', '2026-12-01T20:00:00Z', 7, '10:30', '2026-12-09T05:00:00.000Z'],
  ])('%s, seen at %s, in %d days, at %s', (timeZone, now, days, time, expected) => {
    expect(instant(timeZone, days, time, Date.parse(now))).toBe(expected)
  })

  it('knows when the clocks change in between, and on which side of the change the time is', () => {
    const saturday = Date.parse('2026-03-28T12:00:00Z')
    expect(instant('Europe/Berlin', 0, '18:00', saturday)).toBe('2026-03-28T17:00:00.000Z')
    expect(instant('Europe/Berlin', 1, '01:30', saturday)).toBe('2026-03-29T00:30:00.000Z')
    expect(instant('Europe/Berlin', 1, '03:30', saturday)).toBe('2026-03-29T01:30:00.000Z')
    expect(instant('Europe/Berlin', 1, '18:00', saturday)).toBe('2026-03-29T16:00:00.000Z')
  })
})
