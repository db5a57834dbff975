import { problems, problemType } from '@matinee/contracts/problems'
/** An answer that is not a success. Throw it anywhere below a handler; the error handler writes it (RFC 9457). */
export class ProblemError extends Error {
  name = 'ProblemError'
  problem
  members
  headers
  /** @param detail what happened and what the caller can do about it */
  constructor(problem, detail, { members = {}, headers = {}, ...options } = {}) {
    super(detail, options)
    this.problem = problem
    this.members = members
    this.headers = { ...(retryable.has(this.status) && { 'Retry-After': '1' }), ...headers }
  }
  get status() {
    return problems[this.problem].status
  }
}
const retryable = new Set([429, 503])
/** The body of a problem for one request. */
export function problemDetails(error, instance, traceId) {
  const { status, title } = problems[error.problem]
  return {
    type: problemType(error.problem),
    title,
    status,
    detail: error.message,
    instance,
    traceId,
    ...error.members,
  }
}
//# sourceMappingURL=problem.js.map
