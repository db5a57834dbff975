/** What customers cost the services: CPU time as the kernel counts it for each process, and how long they waited. */
import { Worker } from 'node:worker_threads'
import { serviceNames } from '@matinee/local-stack/services'
import type { ServiceName } from '@matinee/local-stack/services'
import type { Visit, Visited } from './customers.ts'
import { cpuMs } from './processes.ts'

/** The processes of one side: ours, or the floor's. */
export type Side = Record<ServiceName, { url: string; readonly pid: number | undefined }>

export interface Measured {
  /** CPU of one visit in ms, by service in the order of `serviceNames`. */
  cpu: number[]
  perSecond: number
  tookMs: number[]
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

/** Asks the same of each process of a side, in the order of `serviceNames`. */
export function ofEach(side: Side, read: (pid: number) => Promise<number>): Promise<number[]> {
  return Promise.all(serviceNames.map((name) => read(Number(side[name].pid))))
}

/** What each process of a side uses of a CPU while something is done, in ms. */
export async function cpuWhile<T>(
  side: Side,
  done: () => Promise<T>,
): Promise<{ used: number[]; result: T }> {
  const before = await ofEach(side, cpuMs)
  const result = await done()
  const after = await ofEach(side, cpuMs)
  return { used: after.map((now, index) => now - (before[index] ?? 0)), result }
}

export function openTill() {
  const worker = new Worker(new URL('./customers.ts', import.meta.url))

  function send(visit: Visit): Promise<Visited> {
    return new Promise((done, failed) => {
      worker.removeAllListeners().once('message', done).once('error', failed)
      worker.postMessage(visit)
    })
  }

  return {
    async measure(side: Side, visit: Visit): Promise<Measured> {
      const { used, result } = await cpuWhile(side, () => send(visit))
      const { tookMs, failures, seconds } = result
      if (tookMs.length === 0) throw new Error(failures[0] ?? 'no visit ended')
      return {
        cpu: used.map((ms) => ms / tookMs.length),
        perSecond: tookMs.length / seconds,
        tookMs,
        failed: failures.length,
      }
    },
    close: () => worker.terminate(),
  }
}
