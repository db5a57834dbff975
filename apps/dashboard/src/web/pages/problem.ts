import { problems } from '@matinee/contracts/problems'
import type { ProblemName } from '@matinee/contracts/problems'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { layout } from './layout.ts'
import { alert } from './parts.ts'

interface ProblemView {
  problem: ProblemName
  detail: string
  /** What it means for seats and money, where the default would be wrong or vague. */
  consequence: string | undefined
  /** A read, which cannot have changed anything. */
  isRead: boolean
  traceId: string
}

function consequenceOf({ problem, consequence, isRead }: ProblemView): string {
  if (consequence !== undefined) return consequence
  if (problem === 'too-many-payments')
    return 'This payment was not begun; those under way go on. A booking is never charged twice.'
  if (isRead) return 'No seats were taken or lost, and nothing was charged.'
  return problems[problem].status < 500
    ? 'Nothing was done: no seats were taken or given back, and nothing was charged.'
    : 'We do not know whether it was carried out. Check your bookings before you repeat it; a booking is never charged twice.'
}

/** What happened, what it means, and what to do. */
export function problemPage(view: ProblemView): Html {
  const { problem, detail, traceId } = view
  const { status, title } = problems[problem]
  return layout({
    title,
    main: html`<h1>${status === 404 ? 'This page is not here' : title}</h1>
      ${alert(detail, consequenceOf(view))}
      <ul>
        <li><a href="/">See all movies</a></li>
        <li><a href="/bookings">See my bookings</a></li>
        ${(status === 401 || status === 403) && html`<li><a href="/admin">Sign in as an admin</a></li>`}
      </ul>
      <p class="muted">If you report this, quote the trace <code>${traceId}</code>.</p>`,
  })
}
