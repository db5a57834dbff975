/**
 * Every problem that the system answers with (RFC 9457). The name is also the last part of `type`, unless `slug` differs
 * because one type has two statuses.
 */
export const problems = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'invalid-parameter': { status: 400, title: 'A parameter does not have the right form' },
  'idempotency-key-missing': { status: 400, title: 'The Idempotency-Key header is missing' },
  'idempotency-key-malformed': { status: 400, title: 'The Idempotency-Key header is malformed' },
  'token-missing': { status: 401, title: 'A bearer token is needed' },
  'payment-required': { status: 402, title: 'No captured payment of the exact amount' },
  'card-declined': { status: 402, title: 'The card was declined' },
  'token-wrong': { status: 403, title: 'The bearer token is wrong' },
  'form-forged': { status: 403, title: 'The form did not come from this site' },
  'not-found': { status: 404, title: 'Nothing is here' },
  'method-not-allowed': { status: 405, title: 'This path has no such method' },
  'theatre-exists': { status: 409, title: 'A theatre of this name is in this city already' },
  'movie-exists': { status: 409, title: 'A movie of this title and year exists already' },
  'seats-taken': { status: 409, title: 'A seat is taken' },
  'sold-out': { status: 409, title: 'Fewer seats are free than asked for' },
  'booking-expired': { status: 409, title: 'The booking has expired' },
  'booking-cancelled': { status: 409, title: 'The booking is cancelled' },
  'already-paid': { status: 409, title: 'The booking is paid already' },
  'payment-in-progress': { status: 409, title: 'A payment for the booking is in progress' },
  'payment-refunded': { status: 409, title: 'The payment is refunded' },
  'idempotency-key-in-use': { status: 409, title: 'The first request of this key is still running' },
  'precondition-failed': { status: 412, title: 'It has changed since it was read' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'misdirected-request': { status: 421, title: 'The request names another host' },
  'validation-failed': { status: 422, title: 'The request breaks a rule' },
  'idempotency-key-reused': { status: 422, title: 'The key was used for another request' },
  'theatre-not-found': { status: 422, title: 'There is no such theatre' },
  'theatre-not-available': { status: 422, title: 'The theatre is closed' },
  'movie-not-found': { status: 422, title: 'There is no such movie' },
  'not-listed': { status: 422, title: 'The movie is not listed at this theatre' },
  'showtime-not-found': { status: 422, title: 'There is no such showtime' },
  'showtime-passed': { status: 422, title: 'The showtime has passed' },
  'cancelled-too-late': { slug: 'showtime-passed', status: 409, title: 'The showtime has passed' },
  'seat-not-found': { status: 422, title: 'There is no such seat' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'too-many-payments': { status: 429, title: 'Too many payments under way' },
  'too-many-streams': { status: 429, title: 'Too many event streams' },
  'too-many-holds': { status: 429, title: 'Too many holds for one customer' },
  'too-many-seats': { status: 429, title: 'Too many seats on hold' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  overloaded: { status: 503, title: 'Too busy to answer in time' },
  'deadline-exceeded': { status: 503, title: 'The time for this request ran out' },
  'store-unavailable': { status: 503, title: 'The database does not answer' },
  'dependency-unavailable': { status: 503, title: 'A service needed for this does not answer' },
  'dependency-timeout': { status: 504, title: 'A service needed for this is too slow' },
} as const satisfies Record<string, { status: number; title: string; slug?: string }>

export type ProblemName = keyof typeof problems

/** The problem of a `type` that another service wrote. */
export function problemName(type: string): ProblemName | undefined {
  const slug = type.split('/').at(-1) ?? ''
  return Object.hasOwn(problems, slug) ? (slug as ProblemName) : undefined
}

/** The `type` of a problem: an identifier in the form of a URL, which need not resolve. */
export function problemType(name: ProblemName): string {
  const problem = problems[name]
  return `https://matinee.dev/problems/${'slug' in problem ? problem.slug : name}`
}
