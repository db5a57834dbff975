import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { badge } from './parts.ts'

export interface ServiceState {
  name: string
  isUp: boolean
  /** Response time of the readiness probe. */
  ms?: number | undefined
  /** `isUp` is undefined when the service is down. */
  store?: { name: string; isUp: boolean | undefined }
  /** Shown, like the breakers, only to those who may see details. */
  version?: string | undefined
  /** States by dependency. */
  breakers: Record<string, string>
}

interface ProcessState {
  node: string
  uptimeSeconds: number
  memoryMb: number
}

function upOrDown(isUp: boolean | undefined): Html {
  if (isUp === undefined) return badge('waiting', 'not known')
  return isUp ? badge('good', 'up') : badge('bad', 'down')
}

/** The breakers that are not closed, or one word for all. */
function breakerStates(breakers: Record<string, string>): Html {
  const tripped = Object.entries(breakers).filter(([, state]) => state !== 'closed')
  if (tripped.length > 0) return html`${tripped.map(([name, state]) => badge('bad', `${name} ${state}`))}`
  return html`${Object.keys(breakers).length > 0 ? 'closed' : 'none'}`
}

/** @param own this process; undefined hides it and all details */
export function systemPage(services: ServiceState[], own: ProcessState | undefined): Html {
  return layout({
    title: 'System',
    place: '/system',
    main: html`<h1>System</h1>
      <div id="system" hx-get="/system" hx-trigger="every 5s" hx-select="#system" hx-swap="outerHTML">
        <div class="scroll" tabindex="0" role="group" aria-label="Services">
          <table>
            <thead>
              <tr>
                <th scope="col">Service</th>
                <th scope="col">State</th>
                <th scope="col">Store</th>
                ${
                  own &&
                  html`<th scope="col">Breakers</th>
                    <th scope="col">Version</th>`
                }
              </tr>
            </thead>
            <tbody>
              ${services.map(
                ({ name, isUp, ms, store, version, breakers }) =>
                  html`<tr>
                    <th scope="row">${name}</th>
                    <td>
                      ${upOrDown(isUp)} ${ms !== undefined && html`<span class="muted">${ms} ms</span>`}
                    </td>
                    <td>${store ? html`${store.name} ${upOrDown(store.isUp)}` : 'none'}</td>
                    ${
                      own &&
                      html`<td>${breakerStates(breakers)}</td>
                        <td>${version ?? '–'}</td>`
                    }
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
        ${
          own &&
          html`<p class="muted">
            This dashboard: Node ${own.node}, up for ${own.uptimeSeconds} s, ${own.memoryMb} MB.
          </p>`
        }
      </div>`,
  })
}
