import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
export function createMetrics(service) {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    requestDuration: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'How long requests took',
      labelNames: ['method', 'route', 'status'],
      buckets,
      registers,
    }),
    refusals: new Counter({
      name: 'http_requests_refused_total',
      help: 'Requests refused because too many were waiting',
      registers,
    }),
    callDuration: new Histogram({
      name: 'dependency_call_duration_seconds',
      help: 'How long calls to other services took',
      labelNames: ['dependency', 'operation', 'outcome'],
      buckets,
      registers,
    }),
    breakerState: new Gauge({
      name: 'circuit_breaker_state',
      help: '0 closed, 0.5 half open, 1 open',
      labelNames: ['dependency'],
      registers,
    }),
    callRetries: new Counter({
      name: 'dependency_call_retries_total',
      help: 'Calls to other services that were tried again',
      labelNames: ['dependency'],
      registers,
    }),
    event: (name, help) => new Counter({ name: `matinee_${name}_total`, help, registers }),
  }
}
//# sourceMappingURL=metrics.js.map
