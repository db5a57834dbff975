import type { Movie } from '@matinee/contracts/movie'
import type { Page } from '@matinee/contracts/common'
import { duration, posterOf } from '../format.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { input } from './parts.ts'

export interface Search {
  q?: string | undefined
  genre?: string | undefined
  city?: string | undefined
}

function nextLink(search: Search, after: string): string {
  const given = Object.entries(search).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `/?${new URLSearchParams([...given, ['after', after]]).toString()}`
}

function card(movie: Movie): Html {
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

/** Movies on show, found as one types. */
export function homePage(movies: Page<Movie>, search: Search, isFirst: boolean): Html {
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
        ${input({ label: 'Title', name: 'q', type: 'search', value: search.q, maxlength: 100 })}
        ${input({ label: 'Genre', name: 'genre', type: 'search', value: search.genre, maxlength: 40 })}
        ${input({ label: 'City', name: 'city', type: 'search', value: search.city, maxlength: 100 })}
        <button>Search</button>
      </form>
      <section id="movies" aria-live="polite" aria-label="Movies found">
        ${
          movies.items.length === 0
            ? html`<p>No movie is like that. <a href="/">See all movies</a></p>`
            : html`<ul class="cards">
                ${movies.items.map(card)}
              </ul>`
        }
        <nav class="pages" aria-label="Pages">
          ${!isFirst && html`<a href="${nextLink(search, '').replace(/[?&]after=$/, '')}">First page</a>`}
          ${movies.next !== null && html`<a rel="next" href="${nextLink(search, movies.next)}">More movies</a>`}
        </nav>
      </section>`,
  })
}
