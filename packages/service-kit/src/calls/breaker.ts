import CircuitBreaker from 'opossum'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'

/** The circuit breaker between this service and another. */
export interface Breaker {
  /** The other service's name. */
  name: string
  state(): 'closed' | 'half-open' | 'open'
}

const settings = {
  // Calls have their own timeouts: opossum's would abort all calls of the breaker at once.
  timeout: false,
  errorThresholdPercentage: 50,
  volumeThreshold: 10,
  resetTimeout: 2_000,
  rollingCountTimeout: 10_000,
  // We do not use these, and they cost CPU at rest.
  rollingPercentilesEnabled: false,
  enableSnapshots: false,
} as const

const gauge = { closed: 0, 'half-open': 0.5, open: 1 }

/** Guards a function for the life of the process; every change of state is logged and measured. */
export function createBreaker<A extends unknown[], R>(
  { metrics, logger, breakers }: { metrics: Metrics; logger: Logger; breakers: boolean },
  name: string,
  action: (...args: A) => Promise<R>,
) {
  const breaker = new CircuitBreaker(action, { ...settings, name, enabled: breakers })
  metrics.breakerState.set({ dependency: name }, gauge.closed)
  function note(state: keyof typeof gauge) {
    return () => {
      metrics.breakerState.set({ dependency: name }, gauge[state])
      logger.warn('circuit breaker', { dependency: name, state })
    }
  }
  breaker.on('open', note('open')).on('halfOpen', note('half-open')).on('close', note('closed'))
  const state = () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half-open' : 'closed')
  return {
    name,
    state,
    /** @throws what the action throws, or an error of opossum's while the breaker is open */
    fire: (...args: A) => breaker.fire(...args),
    shutdown: () => {
      breaker.shutdown()
    },
  }
}
