import type { Booking } from '@matinee/contracts/booking'
import { money, formatTime } from '../format.ts'
import type { FieldErrors } from '../forms.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { fieldsOf, hidden } from './parts.ts'
import { seatCount } from './seats.ts'

interface PayView {
  booking: Booking
  timeZone: string
  /** Shown again after an error, unlike the card's number and code. */
  holder: string
  errors: FieldErrors
  notice?: Html | undefined
  token: string
  key: string
  now: Date
}

/** When the hold expires; app.js adds a countdown. */
export function countdown(expiresAt: string, timeZone: string, now: Date): Html {
  const secondsLeft = Math.max(0, Math.ceil((Date.parse(expiresAt) - now.getTime()) / 1000))
  return html`<p class="countdown">
    Your seats are held until <time datetime="${expiresAt}">${formatTime(expiresAt, timeZone)}</time>
    <b data-seconds-left="${secondsLeft}"></b>
  </p>`
}

export function summary(booking: Booking, timeZone: string): Html {
  const { movie, theatre, screen, showtime, seats, amount, currency } = booking
  return html`<dl class="summary">
    <dt>Movie</dt>
    <dd>${movie.title}</dd>
    <dt>Theatre</dt>
    <dd>${theatre.name}, ${theatre.city} · ${screen}</dd>
    <dt>Showtime</dt>
    <dd>${formatTime(showtime, timeZone)}</dd>
    <dt>Seats</dt>
    <dd>${seatCount(seats)}</dd>
    <dt>Price</dt>
    <dd>${money(amount, currency)}</dd>
  </dl>`
}

export function payPage({ booking, timeZone, holder, errors, notice, token, key, now }: PayView): Html {
  const { id, amount, currency, expiresAt } = booking
  const { input } = fieldsOf({ holder }, errors)
  return layout({
    title: 'Pay',
    place: '/bookings',
    main: html`<h1>Pay for your seats</h1>
      ${notice}
      <div class="panel" data-expired-url="/bookings/${id}">
        ${summary(booking, timeZone)} ${expiresAt !== undefined && countdown(expiresAt, timeZone, now)}
      </div>
      <form method="post" action="/bookings/${id}/pay" class="panel" data-once>
        ${hidden(token, { key })}
        ${input({ label: 'Card number', name: 'number', required: true, autocomplete: 'cc-number', inputmode: 'numeric', maxlength: 30, hint: 'For a test: 4242 4242 4242 4242' })}
        <div class="side-by-side">
          ${input({ label: 'Expires', name: 'expiry', required: true, autocomplete: 'cc-exp', maxlength: 7, hint: 'MM/YY' })}
          ${input({ label: 'Security code', name: 'cvc', required: true, autocomplete: 'cc-csc', inputmode: 'numeric', maxlength: 4 })}
        </div>
        ${input({ label: 'Name on the card', name: 'holder', required: true, autocomplete: 'cc-name', maxlength: 100 })}
        <button class="primary">Pay ${money(amount, currency)}</button>
        <p class="muted" data-sending hidden role="status">
          Paying… this may take some seconds. Stay on this page.
        </p>
      </form>
      <p><a href="/bookings/${id}">Cancel this booking instead</a></p>`,
  })
}
