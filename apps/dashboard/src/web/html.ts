const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup that is safe to send: made by `html` alone, or vouched for with `trusted`. */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** What a template may hold; nothing is written for `false`, `null` and `undefined`, so that `${on && html`...`}` works. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[]

function write(value: HtmlValue): string {
  if (value instanceof Html) return value.toString()
  if (Array.isArray(value)) return value.map(write).join('')
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => escapes[character] ?? '')
  return typeof value === 'number' ? String(value) : ''
}

/** A page or a part of one. Whatever is put in is escaped, for text and for attributes in quotes alike. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(write)))
}

/** Takes markup as it is: only for what we made ourselves. */
export function trusted(markup: string): Html {
  return new Html(markup)
}
