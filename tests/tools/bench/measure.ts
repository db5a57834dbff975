/** What load costs the services: CPU time as the kernel counts it for each process, and latencies. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Load, Outcome } from './load.ts'
import { cpuMs } from './processes.ts'

/** The services that a booking passes through; the floor has the same. */
export const comparedServices = ['dashboard', 'movie', 'theatre', 'booking', 'payment'] as const

/** The processes of one side: ours, or the floor's. */
export type Side = Record<
  (typeof comparedServices)[number],
  { url: string; readonly pid: number | undefined }
>

export interface Measured {
  /** CPU of one success in ms, by service in the order of `comparedServices`. */
  cpu: number[]
  perSecond: number
  /** Of the successes, in ms. */
  latencies: number[]
  sent: number
  failed: number
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function median(values: number[]): number {
  return percentile(values, 0.5)
}

export function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

export async function generate(load: Load): Promise<Outcome> {
  const worker = new Worker(new URL('./load.ts', import.meta.url))
  try {
    worker.postMessage(load)
    const [outcome] = (await once(worker, 'message')) as [Outcome]
    return outcome
  } finally {
    await worker.terminate()
  }
}

/** Asks the same of each process of a side, in the order of `comparedServices`. */
export function ofEach(side: Side, read: (pid: number) => Promise<number>): Promise<number[]> {
  return Promise.all(comparedServices.map((name) => read(Number(side[name].pid))))
}

/** What each process of a side uses of a CPU during `work`, in ms. */
export async function cpuDuring<T>(
  side: Side,
  work: () => Promise<T>,
): Promise<{ used: number[]; result: T }> {
  const before = await ofEach(side, cpuMs)
  const result = await work()
  const after = await ofEach(side, cpuMs)
  return { used: after.map((now, index) => now - (before[index] ?? 0)), result }
}

export async function measure(side: Side, load: Load): Promise<Measured> {
  const { used, result } = await cpuDuring(side, () => generate(load))
  const latencies = [200, 201].flatMap((status) => result.latencies.get(status) ?? [])
  if (latencies.length === 0) throw new Error(result.failure ?? 'nothing was answered')
  return {
    cpu: used.map((ms) => ms / latencies.length),
    perSecond: latencies.length / result.seconds,
    latencies,
    sent: result.sent,
    failed: result.sent - latencies.length,
  }
}
