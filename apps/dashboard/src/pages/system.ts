import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { badge } from './parts.ts'

export interface ServiceState {
  name: string
  isUp: boolean
  /** Undefined when the service that would know is down. */
  store?: { name: string; isUp: boolean | undefined }
  /** For admins. */
  version?: string | undefined
  breaker?: string
}

export interface ProcessState {
  node: string
  uptimeSeconds: number
  memoryMb: number
}

function upOrDown(isUp: boolean | undefined): Html {
  if (isUp === undefined) return badge('waiting', 'not known')
  return isUp ? badge('good', 'up') : badge('bad', 'down')
}

/** The running system; with `own`, what only admins see. */
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
                  html`<th scope="col">Version</th>
                    <th scope="col">Breaker</th>`
                }
              </tr>
            </thead>
            <tbody>
              ${services.map(
                ({ name, isUp, store, version, breaker }) =>
                  html`<tr>
                    <th scope="row">${name}</th>
                    <td>${upOrDown(isUp)}</td>
                    <td>${store ? html`${store.name} ${upOrDown(store.isUp)}` : 'none'}</td>
                    ${
                      own &&
                      html`<td>${version ?? '–'}</td>
                        <td>${breaker ?? '–'}</td>`
                    }
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
        ${
          own &&
          html`<p class="muted">
            This dashboard: Node ${own.node}, up for ${own.uptimeSeconds} s, ${own.memoryMb} MB. The breakers
            are its own.
          </p>`
        }
      </div>`,
  })
}
