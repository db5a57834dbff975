import type { Booking } from '@matinee/contracts/booking'
import { formatTime } from '../format.ts'
import type { FieldErrors } from '../forms.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { badge, fieldsOf, hidden } from './parts.ts'
import { seatCount } from './seats.ts'

interface BookingsView {
  bookings: { booking: Booking; timeZone: string }[]
  form: { reference: string; email: string }
  errors: FieldErrors
  notice?: Html | undefined
  token: string
}

const states = {
  pending: ['waiting', 'Not paid'],
  confirmed: ['good', 'Confirmed'],
  expired: ['bad', 'Expired'],
  cancelled: ['bad', 'Cancelled'],
} as const

function stateBadges({ status, refund }: Booking): Html {
  const [kind, word] = states[status]
  const refunds = { pending: badge('waiting', 'Refund pending'), done: badge('good', 'Refunded') }
  return html`${badge(kind, word)} ${refund && refunds[refund]}`
}

/** This visitor's bookings, and a form to find others. */
export function bookingsPage({ bookings, form, errors, notice, token }: BookingsView): Html {
  const { input } = fieldsOf(form, errors)
  return layout({
    title: 'My bookings',
    place: '/bookings',
    main: html`<h1>My bookings</h1>
      ${notice}
      ${
        bookings.length === 0
          ? html`<p>This browser has no bookings. <a href="/">Choose a movie</a>, or find one below.</p>`
          : html`<ul class="list">
              ${bookings.map(
                ({ booking, timeZone }) =>
                  html`<li class="panel">
                    <h2><a href="/bookings/${booking.id}">${booking.movie.title}</a></h2>
                    <p>${stateBadges(booking)} <b class="reference">${booking.reference}</b></p>
                    <p>
                      ${booking.theatre.name}, ${booking.theatre.city} ·
                      ${formatTime(booking.showtime, timeZone)}
                    </p>
                    <p class="muted">${seatCount(booking.seats)}</p>
                  </li>`,
              )}
            </ul>`
      }
      <form method="post" action="/bookings/find" class="panel">
        <h2>Find a booking</h2>
        ${hidden(token)}
        ${input({ label: 'Reference', name: 'reference', required: true, maxlength: 20, hint: '8 letters and digits, such as K7TQ2MXA' })}
        ${input({ label: 'E-mail', name: 'email', type: 'email', required: true, autocomplete: 'email', maxlength: 254 })}
        <button>Find it</button>
      </form>`,
  })
}
