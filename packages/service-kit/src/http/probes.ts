import type { Breaker } from '../calls/breaker.ts'

/** A probe's path, and what it answers now. */
export interface Probe {
  path: string
  check: () => { status: number; body: object }
}

interface ProbeOptions {
  /** Whether the service can serve requests: it has started, and is not shutting down. */
  isReady: () => boolean
  breakers: Breaker[]
}

/** Liveness and readiness. */
export function createProbes({ isReady, breakers }: ProbeOptions): Probe[] {
  const states = () => Object.fromEntries(breakers.map((breaker) => [breaker.name, breaker.state()]))
  return [
    { path: '/livez', check: () => ({ status: 200, body: { status: 'up' } }) },
    {
      path: '/readyz',
      check() {
        const isUp = isReady()
        return {
          status: isUp ? 200 : 503,
          body: { status: isUp ? 'up' : 'down', breakers: states() },
        }
      },
    },
  ]
}
