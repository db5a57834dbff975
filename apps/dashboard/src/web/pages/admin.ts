import type { Page } from '@matinee/contracts/common'
import type { Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { money, plural } from '../format.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { badge, fieldsOf, hidden } from './parts.ts'

export function signInPage(token: string, error?: string): Html {
  const { input } = fieldsOf({}, error === undefined ? {} : { secret: error })
  return layout({
    title: 'Admin',
    place: '/admin',
    main: html`<h1>Admin</h1>
      <form method="post" action="/admin/sign-in" class="panel">
        ${hidden(token)}
        ${input({ label: 'Admin token', name: 'secret', type: 'password', required: true, autocomplete: 'current-password' })}
        <button class="primary">Sign in</button>
      </form>`,
  })
}

interface AdminView {
  movies: Page<Movie>
  theatres: Page<Theatre>
  token: string
}

function availabilityForm({ id, name, available }: Theatre, token: string): Html {
  return html`<form method="post" action="/admin/theatres/${id}/availability">
    ${hidden(token, { available: String(!available) })}
    <button aria-label="${available ? 'Close' : 'Open'} ${name}">${available ? 'Close' : 'Open'}</button>
  </form>`
}

function deleteForm(kind: 'movies' | 'theatres', id: string, name: string, token: string): Html {
  return html`<details>
    <summary>Delete…</summary>
    <form method="post" action="/admin/${kind}/${id}/delete">
      ${hidden(token)}
      <button class="danger" aria-label="Delete ${name}">Really delete</button>
    </form>
  </details>`
}

function movieRow(movie: Movie, token: string): Html {
  const { id, title, releaseYear, listings } = movie
  return html`<li class="panel">
    <h3><a href="/admin/movies/${id}">${title}</a> ${releaseYear}</h3>
    <p class="muted">${plural(listings.length, 'theatre')}</p>
    <div class="actions">
      <a class="button" href="/admin/movies/${id}" aria-label="Edit ${title}">Edit</a>
      ${deleteForm('movies', id, title, token)}
    </div>
  </li>`
}

function theatreRow(theatre: Theatre, token: string): Html {
  const { id, name, city, available, price, screens } = theatre
  return html`<li class="panel">
    <h3><a href="/admin/theatres/${id}">${name}</a>, ${city}</h3>
    <p class="muted">
      ${available ? badge('good', 'open') : badge('bad', 'closed')} ${money(price.amount, price.currency)} ·
      ${plural(screens.length, 'screen')}
    </p>
    <div class="actions">
      <a class="button" href="/admin/theatres/${id}" aria-label="Edit ${name}">Edit</a>
      ${availabilityForm(theatre, token)} ${deleteForm('theatres', id, name, token)}
    </div>
  </li>`
}

function moreLink(name: 'movies' | 'theatres', next: string | null): Html | false {
  return (
    next !== null &&
    html`<p><a href="/admin?${new URLSearchParams({ [name]: next }).toString()}">More ${name}</a></p>`
  )
}

export function adminPage({ movies, theatres, token }: AdminView): Html {
  return layout({
    title: 'Admin',
    place: '/admin',
    main: html`<div class="head">
        <h1>Admin</h1>
        <form method="post" action="/admin/sign-out">
          ${hidden(token)}
          <button>Sign out</button>
        </form>
      </div>
      <section>
        <div class="head">
          <h2>Movies</h2>
          <a class="button primary" href="/admin/movies/new">Add a movie</a>
        </div>
        <ul class="list">
          ${movies.items.map((movie) => movieRow(movie, token))}
        </ul>
        ${moreLink('movies', movies.next)}
      </section>
      <section>
        <div class="head">
          <h2>Theatres</h2>
          <a class="button primary" href="/admin/theatres/new">Add a theatre</a>
        </div>
        <ul class="list">
          ${theatres.items.map((theatre) => theatreRow(theatre, token))}
        </ul>
        ${moreLink('theatres', theatres.next)}
      </section>`,
  })
}
