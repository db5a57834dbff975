import type { Page } from '@matinee/contracts/common'
import type { MovieSummary } from '../../domain/catalogue.ts'
import { duration, posterOf } from '../format.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { fieldsOf } from './parts.ts'

interface Search {
  q?: string | undefined
  genre?: string | undefined
  city?: string | undefined
}

function pageLink(search: Search, after?: string): string {
  const given = Object.entries({ ...search, after }).filter((entry) => entry[1] !== undefined)
  const query = new URLSearchParams(given as [string, string][]).toString()
  return query === '' ? '/' : `/?${query}`
}

function card(movie: MovieSummary): Html {
  const cities = [...new Set(movie.listings.map(({ theatre }) => theatre.city))]
  const facts = [duration(movie.durationMinutes), movie.certificate, movie.releaseYear].filter(Boolean)
  return html`<li class="card">
    <a href="/movies/${movie.id}">
      <img src="${posterOf(movie)}" alt="" width="200" height="300" loading="lazy" />
      <h2>${movie.title}</h2>
    </a>
    <p>${facts.join(' · ')}</p>
    ${movie.genres.length > 0 && html`<p class="muted">${movie.genres.join(', ')}</p>`}
    <p class="muted">
      ${cities.length > 0 ? cities.slice(0, 3).join(', ') : 'Not on show'}${cities.length > 3 && ' and more'}
    </p>
  </li>`
}

/** Movies on show, with search as you type. */
export function homePage(movies: Page<MovieSummary>, search: Search, isFirst: boolean): Html {
  const { input } = fieldsOf(search)
  return layout({
    title: 'Movies',
    place: '/',
    main: html`<h1>On show</h1>
      <form
        class="search"
        role="search"
        action="/"
        hx-get="/"
        hx-trigger="input changed delay:300ms, submit"
        hx-target="#movies"
        hx-select="#movies"
        hx-swap="outerHTML"
        hx-replace-url="true"
        hx-sync="this:replace"
      >
        ${input({ label: 'Title', name: 'q', type: 'search', maxlength: 100 })}
        ${input({ label: 'Genre', name: 'genre', type: 'search', maxlength: 40 })}
        ${input({ label: 'City', name: 'city', type: 'search', maxlength: 100 })}
        <button>Search</button>
      </form>
      <section id="movies" aria-live="polite" aria-label="Movies found">
        ${
          movies.items.length === 0
            ? html`<p>No movie matches your search. <a href="/">See all movies</a></p>`
            : html`<ul class="cards">
                ${movies.items.map(card)}
              </ul>`
        }
        <nav class="pages" aria-label="Pages">
          ${!isFirst && html`<a href="${pageLink(search)}">First page</a>`}
          ${movies.next !== null && html`<a rel="next" href="${pageLink(search, movies.next)}">More movies</a>`}
        </nav>
      </section>`,
  })
}
