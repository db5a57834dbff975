import type { Screening } from '@matinee/contracts/booking'
import type { Listing } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import type { Programme } from '../../domain/catalogue.ts'
import { duration, money, formatClock, formatDay, posterOf } from '../format.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { alert } from './parts.ts'

interface MovieView extends Programme {
  now: Date
}

function seatsPath(movieId: string, theatreId: string, showtime: string): string {
  return `/movies/${movieId}/seats?${new URLSearchParams({ theatreId, showtime }).toString()}`
}

function showtimes({ movie, screenings = [], now }: MovieView, listing: Listing, theatre: Theatre): Html {
  const { id, timeZone } = theatre
  const upcoming = listing.showtimes.filter((time) => time > now.toISOString()).sort()
  if (upcoming.length === 0) return html`<p>No showtimes are left.</p>`
  const screeningAt = new Map(
    screenings
      .filter(({ theatreId }) => theatreId === id)
      .map((screening) => [screening.showtime, screening]),
  )
  const days = Map.groupBy(upcoming, (time) => formatDay(time, timeZone))
  return html`<dl class="days">
    ${[...days].map(
      ([day, times]) =>
        html`<div>
          <dt>${day}</dt>
          <dd>
            <ul class="times">
              ${times.map((time) => showtime(seatsPath(movie.id, id, time), formatClock(time, timeZone), screeningAt.get(time)))}
            </ul>
          </dd>
        </div>`,
    )}
  </dl>`
}

function showtime(path: string, clock: string, screening: Screening | undefined): Html {
  const seats = screening && (screening.free === 0 ? 'sold out' : `${screening.free} free`)
  return html`<li>
    <a class="time" href="${path}"><b>${clock}</b>${seats !== undefined && html` <span>${seats}</span>`}</a>
  </li>`
}

function theatreSection(view: MovieView, listing: Listing): Html {
  const theatre = view.theatres.get(listing.theatre.id)
  const { name, city } = theatre ?? listing.theatre
  return html`<section class="panel">
    <h2>${name}, ${city}</h2>
    ${
      theatre?.available
        ? html`<p class="muted">
              ${[listing.screen, theatre.address, `${money(theatre.price.amount, theatre.price.currency)} a seat`].filter(Boolean).join(' · ')}
              · times in ${theatre.timeZone}
            </p>
            ${showtimes(view, listing, theatre)}`
        : html`<p>This theatre is closed at the moment.</p>`
    }
  </section>`
}

export function moviePage(view: MovieView): Html {
  const { movie, screenings } = view
  const facts = [
    duration(movie.durationMinutes),
    movie.certificate,
    movie.releaseYear,
    movie.genres.join(', '),
  ].filter(Boolean)
  return layout({
    title: movie.title,
    place: '/',
    main: html`<article class="movie">
        <img src="${posterOf(movie)}" alt="" width="200" height="300" />
        <div>
          <h1>${movie.title}</h1>
          <p>${facts.join(' · ')}</p>
          <p class="synopsis">${movie.synopsis}</p>
        </div>
      </article>
      ${
        screenings === undefined &&
        alert(
          'How many seats are free is not known at the moment.',
          'Bookings do not answer. The showtimes are right; choose one to try again.',
        )
      }
      ${movie.listings.length === 0 && html`<p>This movie is not on show.</p>`}
      ${movie.listings.map((listing) => theatreSection(view, listing))}`,
  })
}
