import type { Theatre } from '@matinee/contracts/theatre'
import type { FieldErrors } from '../forms.ts'
import { html } from '../html.ts'
import type { Html, HtmlValue } from '../html.ts'
import { layout } from './layout.ts'
import { alert, hidden, input, textarea } from './parts.ts'

export interface ListingForm {
  theatreId: string
  screen: string
  /** One UTC time a line. */
  showtimes: string
}

/** The form of a movie as it is typed. */
export interface MovieForm {
  title: string
  synopsis: string
  durationMinutes: string
  genres: string
  certificate: string
  releaseYear: string
  posterUrl: string
  /** Whether the movie goes to every open theatre, at the usual times. */
  everywhere: boolean
  listings: ListingForm[]
}

export interface MovieFormView {
  /** Undefined for a new movie. */
  id?: string | undefined
  form: MovieForm
  theatres: Theatre[]
  errors: FieldErrors
  token: string
}

const emptyRows = 2
const noListing: ListingForm = { theatreId: '', screen: '', showtimes: '' }

function listing(value: ListingForm, index: number, theatres: Theatre[]): Html {
  return html`<fieldset class="listing">
    <legend>Listing ${index + 1}</legend>
    <label for="theatre-${index}">Theatre</label>
    <select id="theatre-${index}" name="theatreId">
      <option value="">None</option>
      ${theatres.map(
        ({ id, name, city }) =>
          html`<option value="${id}" ${id === value.theatreId && html`selected`}>${name}, ${city}</option>`,
      )}
    </select>
    <label for="screen-${index}">Screen (its first when empty)</label>
    <input id="screen-${index}" name="screen" value="${value.screen}" maxlength="50" />
    <label for="showtimes-${index}">Showtimes in UTC, one a line, such as 2026-12-01T18:00Z</label>
    <textarea id="showtimes-${index}" name="showtimes" rows="3">${value.showtimes}</textarea>
  </fieldset>`
}

function everywhere(isChecked: boolean): Html {
  return html`<label class="choice">
    <input type="checkbox" name="everywhere" value="yes" ${isChecked && html`checked`} /> At every open
    theatre, at 18:00 and 21:00 on seven days from tomorrow
  </label>`
}

function listingErrors(errors: FieldErrors): HtmlValue {
  return Object.entries(errors)
    .filter(([path]) => path.startsWith('listings'))
    .map(([path, error]) => {
      const index = /^listings\.(\d+)/.exec(path)?.[1]
      return html`<p class="error">${index !== undefined && `Listing ${Number(index) + 1}: `}${error}</p>`
    })
}

/** Adds or changes a movie. */
export function movieFormPage({ id, form, theatres, errors, token }: MovieFormView): Html {
  const rows = [...form.listings, ...Array.from({ length: emptyRows }, () => noListing)]
  const title = id === undefined ? 'Add a movie' : 'Edit the movie'
  return layout({
    title,
    place: '/admin',
    main: html`<p><a href="/admin">← Admin</a></p>
      <h1>${title}</h1>
      ${Object.keys(errors).length > 0 && alert('Nothing was saved.', errors[''] ?? 'Look at the fields below.')}
      <form method="post" action="/admin/movies${id !== undefined && `/${id}`}" class="panel">
        ${hidden(token)}
        ${input({ label: 'Title', name: 'title', value: form.title, required: true, maxlength: 200 }, errors)}
        ${textarea({ label: 'Synopsis', name: 'synopsis', value: form.synopsis }, errors)}
        <div class="side-by-side">
          ${input({ label: 'Minutes', name: 'durationMinutes', value: form.durationMinutes, required: true, inputmode: 'numeric', maxlength: 4 }, errors)}
          ${input({ label: 'Year', name: 'releaseYear', value: form.releaseYear, inputmode: 'numeric', maxlength: 4 }, errors)}
          ${input({ label: 'Certificate', name: 'certificate', value: form.certificate, maxlength: 20 }, errors)}
        </div>
        ${input({ label: 'Genres', name: 'genres', value: form.genres, hint: 'With commas between them', maxlength: 500 }, errors)}
        ${input({ label: 'Poster', name: 'posterUrl', value: form.posterUrl, hint: 'A path of this site, such as /posters/1.svg; a plain one when empty', maxlength: 200 }, errors)}
        <h2>Where and when</h2>
        ${listingErrors(errors)} ${id === undefined && everywhere(form.everywhere)}
        ${rows.map((row, index) => listing(row, index, theatres))}
        <button class="primary">Save</button>
      </form>`,
  })
}
