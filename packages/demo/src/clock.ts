const DAY_MS = 86_400_000

/** The instant, as an ISO 8601 UTC time, when the clocks of `timeZone` show `time` ("18:00"), `days` after today there. */
export function instant(timeZone: string, days: number, time: string, now = Date.now()): string {
  const today = Math.floor(shown(now, timeZone) / DAY_MS) * DAY_MS
  const wanted = today + days * DAY_MS + Date.parse(`1970-01-01T${time}Z`)
  // What is ahead of UTC at the time that was wanted, had it been UTC, may differ around a change of the clocks.
  const nearby = wanted - (shown(wanted, timeZone) - wanted)
  return new Date(wanted - (shown(nearby, timeZone) - nearby)).toISOString()
}

/** What the clocks of `timeZone` show, written down as though it were UTC, in ms. */
function shown(at: number, timeZone: string): number {
  const text = new Date(at).toLocaleString('sv', { timeZone })
  return Date.parse(`${text.replace(' ', 'T')}Z`)
}
