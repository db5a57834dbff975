import type { FieldErrors } from '../forms.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { alert, hidden, input, textarea } from './parts.ts'

/** The form of a theatre as it is typed. */
export interface TheatreForm {
  name: string
  city: string
  address: string
  timeZone: string
  available: boolean
  /** In minor units. */
  amount: string
  currency: string
  /** One a line: `Main, 10 x 12`. */
  screens: string
}

export interface TheatreFormView {
  /** Undefined for a new theatre. */
  id?: string | undefined
  form: TheatreForm
  errors: FieldErrors
  token: string
}

/** Adds or changes a theatre. */
export function theatreFormPage({ id, form, errors, token }: TheatreFormView): Html {
  const title = id === undefined ? 'Add a theatre' : 'Edit the theatre'
  return layout({
    title,
    place: '/admin',
    main: html`<p><a href="/admin">← Admin</a></p>
      <h1>${title}</h1>
      ${Object.keys(errors).length > 0 && alert('Nothing was saved.', errors[''] ?? 'Look at the fields below.')}
      <form method="post" action="/admin/theatres${id !== undefined && `/${id}`}" class="panel">
        ${hidden(token)}
        ${input({ label: 'Name', name: 'name', value: form.name, required: true, maxlength: 100 }, errors)}
        ${input({ label: 'City', name: 'city', value: form.city, required: true, maxlength: 100 }, errors)}
        ${input({ label: 'Address', name: 'address', value: form.address, maxlength: 200 }, errors)}
        ${input({ label: 'Time zone', name: 'timeZone', value: form.timeZone, required: true, maxlength: 50, hint: 'An IANA name, such as Europe/Berlin' }, errors)}
        <div class="side-by-side">
          ${input({ label: 'Price of a seat', name: 'amount', path: 'price.amount', value: form.amount, required: true, inputmode: 'numeric', maxlength: 7, hint: 'In minor units: 1200 is 12.00' }, errors)}
          ${input({ label: 'Currency', name: 'currency', path: 'price.currency', value: form.currency, required: true, maxlength: 3, hint: 'Such as EUR' }, errors)}
        </div>
        ${textarea({ label: 'Screens', name: 'screens', value: form.screens, required: true, hint: 'One a line: its name, rows x seats a row, such as Main, 10 x 12' }, errors)}
        <label class="choice">
          <input type="checkbox" name="available" value="true" ${form.available && html`checked`} /> Open
        </label>
        <button class="primary">Save</button>
      </form>`,
  })
}
