import type { FieldErrors } from '../forms.ts'
import { html } from '../html.ts'
import type { Html, HtmlValue } from '../html.ts'

/** An error message that screen readers announce. */
export function alert(title: string, ...sentences: HtmlValue[]): Html {
  return html`<div class="alert" role="alert">
    <p><strong>${title}</strong></p>
    ${sentences.map((sentence) => sentence !== undefined && sentence !== '' && html`<p>${sentence}</p>`)}
  </div>`
}

/** The hidden fields of a form: its CSRF token and, where it needs one, its idempotency key. */
export function hidden(token: string, fields: Record<string, string> = {}): Html {
  return html`${Object.entries({ token, ...fields }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )}`
}

export interface Field {
  label: string
  name: string
  /** The field's path in the schema, where it differs from the name. */
  path?: string
  hint?: string
  type?: string
  required?: boolean
  autocomplete?: string
  inputmode?: 'numeric'
  maxlength?: number
}

export interface Fields {
  input: (field: Field) => Html
  textarea: (field: Field) => Html
}

function errorOf({ name, path = name }: Field, errors: FieldErrors): string | undefined {
  const at = Object.keys(errors).find((key) => key === path || key.startsWith(`${path}.`))
  return at === undefined ? undefined : errors[at]
}

/** A control with its label, hint and error. */
function labelled(field: Field, errors: FieldErrors, control: (attributes: Html) => Html): Html {
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

/** Controls filled with a form's values, by name, and marked with its errors. */
export function fieldsOf(values: object, errors: FieldErrors = {}): Fields {
  const valueOf = (name: string) => new Map<string, string>(Object.entries(values)).get(name)
  return {
    input(field) {
      const { name, type = 'text', autocomplete, inputmode, maxlength } = field
      return labelled(
        field,
        errors,
        (attributes) =>
          html`<input
            type="${type}"
            value="${valueOf(name)}"
            ${attributes}
            ${autocomplete !== undefined && html`autocomplete="${autocomplete}"`}
            ${inputmode !== undefined && html`inputmode="${inputmode}"`}
            ${maxlength !== undefined && html`maxlength="${maxlength}"`}
          />`,
      )
    },
    textarea: (field) =>
      labelled(
        field,
        errors,
        (attributes) => html`<textarea rows="4" ${attributes}>${valueOf(field.name)}</textarea>`,
      ),
  }
}

/** A state in a word or two, with its colour. */
export function badge(kind: 'good' | 'bad' | 'waiting', text: string): Html {
  return html`<span class="badge ${kind}">${text}</span>`
}
