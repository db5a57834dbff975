import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { adminFormPage } from './admin-form.ts'
import type { AdminFormView } from './admin-form.ts'

/** The form as typed. */
export interface TheatreForm {
  name: string
  city: string
  address: string
  timeZone: string
  available: boolean
  /** In minor units. */
  amount: string
  currency: string
  /** One per line: `Main, 10 x 12`. */
  screens: string
}

export function theatreFormPage(view: AdminFormView<TheatreForm>): Html {
  return adminFormPage(
    'theatre',
    view,
    ({ input, textarea }) =>
      html`${input({ label: 'Name', name: 'name', required: true, maxlength: 100 })}
        ${input({ label: 'City', name: 'city', required: true, maxlength: 100 })}
        ${input({ label: 'Address', name: 'address', maxlength: 200 })}
        ${input({ label: 'Time zone', name: 'timeZone', required: true, maxlength: 50, hint: 'An IANA name, such as Europe/Berlin' })}
        <div class="side-by-side">
          ${input({ label: 'Price of a seat', name: 'amount', path: 'price.amount', required: true, inputmode: 'numeric', maxlength: 7, hint: 'In minor units: 1200 is 12.00' })}
          ${input({ label: 'Currency', name: 'currency', path: 'price.currency', required: true, maxlength: 3, hint: 'Such as EUR' })}
        </div>
        ${textarea({ label: 'Screens', name: 'screens', required: true, hint: 'One per line: name, rows x seats per row, such as Main, 10 x 12' })}
        <label class="choice">
          <input type="checkbox" name="available" value="true" ${view.form.available && html`checked`} /> Open
        </label>`,
  )
}
