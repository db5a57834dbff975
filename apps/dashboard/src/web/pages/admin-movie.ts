import type { Theatre } from '@matinee/contracts/theatre'
import type { FieldErrors } from '../forms.ts'
import { html } from '../html.ts'
import type { Html, HtmlValue } from '../html.ts'
import { adminFormPage } from './admin-form.ts'
import type { AdminFormView } from './admin-form.ts'

interface ListingForm {
  theatreId: string
  screen: string
  /** One UTC time per line. */
  showtimes: string
}

/** The form as typed. */
export interface MovieForm {
  title: string
  synopsis: string
  durationMinutes: string
  genres: string
  certificate: string
  releaseYear: string
  posterUrl: string
  /** Lists the movie at every open theatre, at the default times. */
  everywhere: boolean
  listings: ListingForm[]
}

const emptyListing: ListingForm = { theatreId: '', screen: '', showtimes: '' }

function listingFields(value: ListingForm, index: number, theatres: Theatre[]): Html {
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
    <label for="showtimes-${index}">Showtimes in UTC, one per line, such as 2026-12-01T18:00Z</label>
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

export function movieFormPage(view: AdminFormView<MovieForm> & { theatres: Theatre[] }): Html {
  const { id, form, theatres, errors } = view
  const listings = [...form.listings, emptyListing, emptyListing]
  return adminFormPage(
    'movie',
    view,
    ({ input, textarea }) =>
      html`${input({ label: 'Title', name: 'title', required: true, maxlength: 200 })}
        ${textarea({ label: 'Synopsis', name: 'synopsis' })}
        <div class="side-by-side">
          ${input({ label: 'Minutes', name: 'durationMinutes', required: true, inputmode: 'numeric', maxlength: 4 })}
          ${input({ label: 'Year', name: 'releaseYear', inputmode: 'numeric', maxlength: 4 })}
          ${input({ label: 'Certificate', name: 'certificate', maxlength: 20 })}
        </div>
        ${input({ label: 'Genres', name: 'genres', hint: 'Separated by commas', maxlength: 500 })}
        ${input({ label: 'Poster', name: 'posterUrl', hint: 'A path on this site, such as /posters/1.svg; a plain one when empty', maxlength: 200 })}
        <h2>Where and when</h2>
        ${listingErrors(errors)} ${id === undefined && everywhere(form.everywhere)}
        ${listings.map((listing, index) => listingFields(listing, index, theatres))}`,
  )
}
