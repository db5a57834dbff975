import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** The metrics of one service: process, HTTP, calls to other services, background jobs and business events. */
export interface Metrics {
  registry: Registry
  /** In seconds; its count is the request rate. */
  requestDuration: Histogram<'method' | 'route' | 'status'>
  /** Requests refused by admission control; `requestDuration` includes only those that had waited in line. */
  refusals: Counter
  /** Of calls to other services, in seconds. */
  callDuration: Histogram<'dependency' | 'operation' | 'outcome'>
  /** 0 closed, 0.5 half open, 1 open. */
  breakerState: Gauge<'dependency'>
  callRetries: Counter<'dependency'>
  /** Unix time in seconds of each background job's last success; 0 if it has not succeeded since the service started. */
  jobLastSuccess: Gauge<'job'>
  /** A counter for a business event. */
  event(name: string, help: string): Counter
}

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(service: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  // The default precision samples the event loop a hundred times a second, which costs CPU at rest.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 500 })
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
    jobLastSuccess: new Gauge({
      name: 'job_last_success_timestamp_seconds',
      help: 'When background jobs last succeeded; 0 if not since the start',
      labelNames: ['job'],
      registers,
    }),
    event: (name, help) => new Counter({ name: `matinee_${name}_total`, help, registers }),
  }
}
