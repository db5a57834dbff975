import { problems } from '@matinee/contracts/problems'
import type { ProblemName } from '@matinee/contracts/problems'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { alert } from './parts.ts'

export interface ProblemView {
  problem: ProblemName
  detail: string
  /** What it means for seats and money, where more is known than follows from the rest. */
  aftermath: string | undefined
  /** Whether only a page was asked for, so that nothing can have changed. */
  isReading: boolean
  traceId: string
}

function aftermathOf({ problem, aftermath, isReading }: ProblemView): string {
  if (aftermath !== undefined) return aftermath
  if (isReading) return 'No seat was taken or lost by it, and nothing was charged.'
  return problems[problem].status < 500
    ? 'Nothing was done: no seat was taken or given back, and nothing was charged.'
    : 'Whether it was carried out is not known. Look at your bookings before you repeat it; a booking is never charged twice.'
}

/** Any error, as a page: what happened, what it means, and what to do. */
export function problemPage(view: ProblemView): Html {
  const { problem, detail, traceId } = view
  const { status, title } = problems[problem]
  return layout({
    title,
    main: html`<h1>${status === 404 ? 'This page is not here' : title}</h1>
      ${alert(detail, aftermathOf(view))}
      <ul>
        <li><a href="/">See all movies</a></li>
        <li><a href="/bookings">See my bookings</a></li>
        ${(status === 401 || status === 403) && html`<li><a href="/admin">Sign in as an admin</a></li>`}
      </ul>
      <p class="muted">Should you tell us about it, name the trace <code>${traceId}</code>.</p>`,
  })
}
