import { renderSVG } from 'uqr'
import type { Booking } from '@matinee/contracts/booking'
import { money } from '../format.ts'
import { html, trusted } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { badge, hidden } from './parts.ts'
import { countdown, summary } from './pay.ts'

/** What this visit knows about the payment beyond the booking: taken, or unknown. */
export type PaymentNews = 'taken' | 'unknown' | undefined

interface TicketView {
  booking: Booking
  timeZone: string
  paymentNews: PaymentNews
  notice?: Html | undefined
  token: string
  key: string
  now: Date
}

const pollSeconds = 2

/** Only the customer can change a final booking. */
function isFinal({ status, refund }: Booking): boolean {
  return status !== 'pending' && refund !== 'pending'
}

function refundNews({ refund, amount, currency }: Booking): Html {
  const price = money(amount, currency)
  if (refund === 'done') return html`<p>${price} were paid back to your card.</p>`
  if (refund === 'pending')
    return html`<p>
      ${badge('waiting', 'Refund pending')} ${price} are on their way back to your card. You need not do
      anything.
    </p>`
  return html`<p>
    If your card was charged, it is paid back by itself, within a minute once all services are up.
  </p>`
}

function pendingNews({ booking, paymentNews, timeZone, now }: TicketView): Html {
  const { id, expiresAt } = booking
  const held = expiresAt !== undefined && countdown(expiresAt, timeZone, now)
  if (paymentNews === 'taken') {
    return html`<h1>Your payment was taken</h1>
      <p>
        ${badge('waiting', 'Being confirmed')} Your booking is confirmed within a minute, or your money is
        paid back. Do not pay again: this page will tell.
      </p>
      ${held}`
  }
  if (paymentNews === 'unknown') {
    return html`<h1>We do not know yet</h1>
      <p>
        ${badge('waiting', 'Payment unclear')} Whether your card was charged is not known yet. Do not pay
        again: this page will tell. A charge without a booking is paid back by itself.
      </p>
      ${held}`
  }
  return html`<h1>Your seats are held</h1>
    <p>${badge('waiting', 'Not paid')} They become free for others when the time is up.</p>
    ${held}
    <p><a class="button primary" href="/bookings/${id}/pay">Pay now</a></p>`
}

function confirmedNews({ reference }: Booking): Html {
  return html`<h1>Booking confirmed, enjoy!</h1>
    <div class="ticket">
      <div class="qr" role="img" aria-label="QR code of the reference ${reference}">
        ${trusted(renderSVG(reference, { border: 2 }))}
      </div>
      <p>
        <span class="muted">Reference</span><br />
        <strong class="reference">${reference}</strong>
      </p>
      <p class="muted">Show this at the entrance.</p>
    </div>`
}

function newsOf(view: TicketView): Html {
  const { booking } = view
  switch (booking.status) {
    case 'confirmed':
      return confirmedNews(booking)
    case 'pending':
      return pendingNews(view)
    case 'expired':
      return html`<h1>Your hold ran out</h1>
        <p>${badge('bad', 'Expired')} The seats are free again.</p>
        ${refundNews(booking)}
        <p><a class="button" href="/movies/${booking.movie.id}">Choose seats again</a></p>`
    case 'cancelled':
      return html`<h1>Booking cancelled</h1>
        <p>${badge('bad', 'Cancelled')} The seats are free again.</p>
        ${refundNews(booking)}`
  }
}

function cancelForm({ booking, token, key, now, paymentNews }: TicketView): Html | false {
  const isOver = booking.status === 'expired' || booking.status === 'cancelled'
  if (isOver || booking.showtime <= now.toISOString()) return false
  const isPaid = booking.status === 'confirmed' || paymentNews !== undefined
  return html`<form method="post" action="/bookings/${booking.id}/cancel" class="panel">
    ${hidden(token, { key })}
    <p>
      ${isPaid ? 'Plans changed? The seats become free and your payment is refunded.' : 'Plans changed? The seats become free; nothing is charged.'}
    </p>
    <button id="cancel" class="danger">Cancel this booking</button>
  </form>`
}

/** A poll names the state it has seen, and gets 204 until it changes. */
export function stateOf({ status, refund }: Booking): string {
  return refund === undefined ? status : `${status}-${refund}`
}

/** A booking in any state. The page polls until the booking is final. */
export function ticketPage(view: TicketView): Html {
  const { booking, timeZone, paymentNews, notice } = view
  const query = new URLSearchParams({ seen: stateOf(booking), ...(paymentNews && { payment: paymentNews }) })
  const path = `/bookings/${booking.id}?${query.toString()}`
  const isLive = !isFinal(booking)
  const poll = html`hx-get="${path}" hx-trigger="every ${pollSeconds}s" hx-select="#ticket"
  hx-swap="outerHTML"`
  return layout({
    title: booking.status === 'confirmed' ? `Ticket ${booking.reference}` : `Booking ${booking.reference}`,
    place: '/bookings',
    refreshSeconds: isLive ? pollSeconds * 2 : undefined,
    main: html`${notice}
      <div aria-live="polite">
        <div id="ticket" ${isLive && poll}>
          <section class="panel">${newsOf(view)} ${summary(booking, timeZone)}</section>
          ${cancelForm(view)}
        </div>
      </div>
      <p><a href="/bookings">All my bookings</a></p>`,
  })
}
