import { maxSeatsPerBooking } from '@matinee/contracts/booking'
import type { SeatMap } from '@matinee/contracts/booking'
import type { Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { money, formatTime, plural } from '../format.ts'
import type { FieldErrors } from '../forms.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { fieldsOf, hidden } from './parts.ts'

/** The form as typed. */
export interface HoldForm {
  pick: 'seats' | 'best'
  seats: string[]
  quantity: string
  name: string
  email: string
}

export const emptyHoldForm: HoldForm = { pick: 'seats', seats: [], quantity: '2', name: '', email: '' }

interface SeatsView {
  movie: Movie
  theatre: Theatre
  map: SeatMap
  form: HoldForm
  errors: FieldErrors
  /** Why the last attempt failed. */
  notice?: Html | undefined
  token: string
  key: string
}

type Row = SeatMap['rows'][number]

function seatBox({ seat, status }: Row['seats'][number], chosen: string[]): Html {
  const isFree = status === 'free'
  return html`<label class="seat" data-status="${status}">
    <input
      type="checkbox"
      name="seats"
      value="${seat}"
      aria-label="${isFree ? seat : `${seat}, ${status}`}"
      ${isFree && chosen.includes(seat) && html`checked`}
      ${!isFree && html`disabled`}
    />
    <span aria-hidden="true">${seat.slice(1)}</span>
  </label>`
}

function seatPlan({ rows }: SeatMap, chosen: string[]): Html {
  return html`<div class="plan" role="group" aria-label="Seats" tabindex="0">
    <p class="screen">Screen</p>
    ${rows.map(
      ({ row, seats }) =>
        html`<div class="row" role="group" aria-label="Row ${row}">
          <span class="row-name" aria-hidden="true">${row}</span>
          ${seats.map((seat) => seatBox(seat, chosen))}
        </div>`,
    )}
  </div>`
}

function pickChoice(value: HoldForm['pick'], { pick }: HoldForm, label: Html): Html {
  return html`<label class="choice">
    <input type="radio" name="pick" value="${value}" ${pick === value && html`checked`} /> ${label}
  </label>`
}

function quantityOptions(selected: string): Html[] {
  return Array.from({ length: maxSeatsPerBooking }, (_, index) => String(index + 1)).map(
    (count) => html`<option ${count === selected && html`selected`}>${count}</option>`,
  )
}

/** The seat map as a form. app.js keeps it live; without JavaScript it works as a plain form. */
export function seatsPage({ movie, theatre, map, form, errors, notice, token, key }: SeatsView): Html {
  const { screen, showtime } = map.screening
  const price = money(theatre.price.amount, theatre.price.currency)
  const screening = { movieId: movie.id, theatreId: theatre.id, showtime }
  const events = `/api/screenings/seats/events?${new URLSearchParams(screening).toString()}`
  const { input } = fieldsOf(form, errors)
  const seatError = errors['seats'] ?? errors['quantity']
  return layout({
    title: `Seats for ${movie.title}`,
    place: '/',
    main: html`<p><a href="/movies/${movie.id}">← Other showtimes</a></p>
      <h1>${movie.title}</h1>
      <p>${theatre.name}, ${theatre.city} · ${screen} · ${formatTime(showtime, theatre.timeZone)}</p>
      ${notice}
      <form method="post" action="/movies/${movie.id}/seats" class="hold">
        ${hidden(token, { key, theatreId: theatre.id, showtime })}
        <fieldset
          class="panel"
          aria-describedby="free"
          data-seat-events="${events}"
          data-max="${maxSeatsPerBooking}"
        >
          <legend>1. Seats</legend>
          <p id="free">
            <b data-free>${map.free}</b> of ${map.total} seats are free · ${price} a seat, at most
            ${maxSeatsPerBooking}
          </p>
          ${pickChoice(
            'best',
            form,
            html`The best
              <select name="quantity" aria-label="How many seats">
                ${quantityOptions(form.quantity)}
              </select>
              together`,
          )}
          ${pickChoice('seats', form, html`The seats that I choose here:`)} ${seatPlan(map, form.seats)}
          <ul class="legend" aria-hidden="true">
            <li>
              <span class="seat" data-status="free"><span></span></span> free
            </li>
            <li>
              <span class="seat chosen"><span></span></span> yours
            </li>
            <li>
              <span class="seat" data-status="held"><span></span></span> held
            </li>
            <li>
              <span class="seat" data-status="sold"><span></span></span> sold
            </li>
          </ul>
          <p aria-live="polite" data-seat-news></p>
          ${seatError !== undefined && html`<p class="error">${seatError}</p>`}
        </fieldset>
        <fieldset class="panel">
          <legend>2. You</legend>
          ${input({ label: 'Name', name: 'name', path: 'customer.name', required: true, autocomplete: 'name', maxlength: 100 })}
          ${input({ label: 'E-mail', name: 'email', path: 'customer.email', type: 'email', required: true, autocomplete: 'email', maxlength: 254, hint: 'You need it, with the reference, to find your booking again.' })}
        </fieldset>
        <button class="primary">Hold these seats</button>
        <p class="muted">Nothing is charged yet. The seats are yours for a few minutes while you pay.</p>
      </form>`,
  })
}

/** `C7 is`, `C7 and C8 are`. */
export function seatsAre(seats: string[]): string {
  const list = new Intl.ListFormat('en-GB').format(seats)
  return seats.length === 1 ? `${list} is` : `${list} are`
}

export function seatCount(seats: string[]): string {
  return `${plural(seats.length, 'seat')}: ${seats.join(', ')}`
}
