import { html } from '../html.ts'
import type { Html, HtmlValue } from '../html.ts'

const htmxConfig = JSON.stringify({
  includeIndicatorStyles: false,
  allowEval: false,
  selfRequestsOnly: true,
  // Pages hold names and references, which must not stay in the browser's storage.
  historyCacheSize: 0,
})

const places = [
  ['/', 'Movies'],
  ['/bookings', 'My bookings'],
  ['/system', 'System'],
  ['/admin', 'Admin'],
] as const

export interface Page {
  title: string
  /** The current entry of the navigation. */
  place?: (typeof places)[number][0]
  /** Reload interval for browsers without JavaScript. */
  refreshSeconds?: number | undefined
  main: HtmlValue
}

export function layout({ title, place, refreshSeconds, main }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content="${htmxConfig}" />
        ${
          refreshSeconds !== undefined &&
          html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}" /></noscript>`
        }
        <title>${title} · Matinee</title>
        <link rel="icon" href="/favicon.svg" />
        <link rel="stylesheet" href="/style.css" />
        <link rel="stylesheet" href="/forms.css" />
        <link rel="stylesheet" href="/pages.css" />
        <script src="/vendor/htmx.min.js" defer></script>
        <script src="/app.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <a class="brand" href="/">Matinee</a>
          <nav aria-label="Main">
            <ul>
              ${places.map(
                ([path, name]) =>
                  html`<li><a href="${path}" ${path === place && html`aria-current="page"`}>${name}</a></li>`,
              )}
            </ul>
          </nav>
        </header>
        <main id="main">${main}</main>
        <footer>
          <p>A demonstration: no film is shown and no card is charged.</p>
        </footer>
      </body>
    </html>`
}
