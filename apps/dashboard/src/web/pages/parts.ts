import type { FieldErrors } from '../forms.ts'
import { html } from '../html.ts'
import type { Html, HtmlValue } from '../html.ts'

/** What went wrong, where it is read out at once. */
export function alert(title: string, ...sentences: HtmlValue[]): Html {
  return html`<div class="alert" role="alert">
    <p><strong>${title}</strong></p>
    ${sentences.map((sentence) => sentence !== undefined && sentence !== '' && html`<p>${sentence}</p>`)}
  </div>`
}

/** The hidden fields of a form: that it is ours and, where it does something once, its key. */
export function hidden(token: string, fields: Record<string, string> = {}): Html {
  return html`${Object.entries({ token, ...fields }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )}`
}

export interface Field {
  label: string
  name: string
  /** The field's path in the schema, where it is another than its name. */
  path?: string
  value?: string | number | undefined
  hint?: string
  type?: string
  required?: boolean
  autocomplete?: string
  inputmode?: 'numeric'
  maxlength?: number
}

function errorOf({ name, path = name }: Field, errors: FieldErrors): string | undefined {
  const at = Object.keys(errors).find((key) => key === path || key.startsWith(`${path}.`))
  return at === undefined ? undefined : errors[at]
}

/** A field's label, its control, its hint, and what is wrong with it. */
export function labelled(field: Field, errors: FieldErrors, control: (attributes: Html) => Html): Html {
  const { label, name, hint, required } = field
  const error = errorOf(field, errors)
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  const attributes = html`id="${name}" name="${name}" ${required && html`required`}
  ${described !== '' && html`aria-describedby="${described}"`}
  ${error !== undefined && html`aria-invalid="true"`}`
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${control(attributes)} ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${error !== undefined && html`<p class="error" id="${name}-error">${error}</p>`}
  </div>`
}

export function input(field: Field, errors: FieldErrors = {}): Html {
  const { type = 'text', value, autocomplete, inputmode, maxlength } = field
  return labelled(
    field,
    errors,
    (attributes) =>
      html`<input
        type="${type}"
        value="${value}"
        ${attributes}
        ${autocomplete !== undefined && html`autocomplete="${autocomplete}"`}
        ${inputmode !== undefined && html`inputmode="${inputmode}"`}
        ${maxlength !== undefined && html`maxlength="${maxlength}"`}
      />`,
  )
}

export function textarea(field: Field, errors: FieldErrors = {}, rows = 4): Html {
  return labelled(
    field,
    errors,
    (attributes) => html`<textarea rows="${rows}" ${attributes}>${field.value}</textarea>`,
  )
}

/** A word about a state, with its colour. */
export function badge(kind: 'good' | 'bad' | 'waiting', text: string): Html {
  return html`<span class="badge ${kind}">${text}</span>`
}
