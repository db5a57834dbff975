import type { Movie } from '@matinee/contracts/movie'

const locale = 'en-GB'

/** Formatters are cached: creating one is far more expensive than using it. */
const currencies = new Map<string, { format: Intl.NumberFormat; minorUnits: number }>()

function currencyFormat(currency: string) {
  let cached = currencies.get(currency)
  if (!cached) {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
    cached = { format, minorUnits: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) }
    currencies.set(currency, cached)
  }
  return cached
}

/** `€12.00` from 1200 minor units, with as many decimals as the currency has. */
export function money(amount: number, currency: string): string {
  const { format, minorUnits } = currencyFormat(currency)
  return format.format(amount / minorUnits)
}

const styles = {
  full: {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  },
  day: { weekday: 'long', day: 'numeric', month: 'long' },
  clock: { hour: '2-digit', minute: '2-digit' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

/** By style and time zone. */
const formats = new Map<string, Intl.DateTimeFormat>()

function inZone(style: keyof typeof styles, time: string, timeZone: string): string {
  const key = `${style} ${timeZone}`
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, { ...styles[style], timeZone })
  formats.set(key, format)
  return format.format(new Date(time))
}

/** `Tue, 1 Dec 2026, 19:00 CET` */
export function formatTime(time: string, timeZone: string): string {
  return inZone('full', time, timeZone)
}

/** `Tuesday 1 December` */
export function formatDay(time: string, timeZone: string): string {
  return inZone('day', time, timeZone)
}

/** `19:00` */
export function formatClock(time: string, timeZone: string): string {
  return inZone('clock', time, timeZone)
}

export function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  return hours === 0 ? `${minutes} min` : `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** The movie's own poster, or one of ours chosen by its id. */
export function posterOf({ id, posterUrl }: Pick<Movie, 'id' | 'posterUrl'>): string {
  return posterUrl ?? `/posters/${(parseInt(id.slice(-2), 16) % 4) + 1}.svg`
}
