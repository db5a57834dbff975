import type { FieldErrors } from '../forms.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { alert, fieldsOf, hidden } from './parts.ts'
import type { Fields } from './parts.ts'

export interface AdminFormView<Form> {
  /** Undefined to add. */
  id?: string | undefined
  form: Form
  errors: FieldErrors
  token: string
}

/** The page of an admin's form. */
export function adminFormPage<Form extends object>(
  what: 'movie' | 'theatre',
  { id, form, errors, token }: AdminFormView<Form>,
  controls: (fields: Fields) => Html,
): Html {
  const title = id === undefined ? `Add a ${what}` : `Edit the ${what}`
  return layout({
    title,
    place: '/admin',
    main: html`<p><a href="/admin">← Admin</a></p>
      <h1>${title}</h1>
      ${Object.keys(errors).length > 0 && alert('Nothing was saved.', errors[''] ?? 'Look at the fields below.')}
      <form method="post" action="/admin/${what}s${id !== undefined && `/${id}`}" class="panel">
        ${hidden(token)} ${controls(fieldsOf(form, errors))}
        <button class="primary">Save</button>
      </form>`,
  })
}
