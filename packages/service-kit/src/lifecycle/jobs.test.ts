import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { aKit } from '../../tests/start-kit.ts'
import { repeatJob, runJobs } from './jobs.ts'
import type { Job } from './jobs.ts'

const broken = new Error('broken')

describe('repeatJob', () => {
  /** The pauses between runs with these outcomes: true and false are results, an error is thrown. */
  async function pausesOf(outcomes: (boolean | Error)[], intervalMs: number, random: number) {
    const pauses: number[] = []
    const left = [...outcomes]
    const job: Job = {
      name: 'job',
      intervalMs,
      async run() {
        await turn()
        const outcome = left.shift() ?? false
        if (outcome instanceof Error) throw outcome
        return outcome
      },
    }
    await repeatJob(job, {
      sleep: (ms) => Promise.resolve(void pauses.push(ms)),
      random: () => random,
      isStopping: () => left.length === 0,
      onSuccess: () => undefined,
      onFailure: () => undefined,
    })
    return pauses
  }

  it('pauses between runs, but not while there is more to do', async () => {
    expect(await pausesOf([false, true, true, false, false], 500, 0.5)).toEqual([500, 500, 500])
  })

  it('backs off exponentially up to 10 s, and returns to its interval after a success', async () => {
    const failures = Array<Error>(6).fill(broken)

    expect(await pausesOf([...failures, false], 500, 1)).toEqual([
      1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 550,
    ])
    expect(await pausesOf([...failures, false], 60_000, 1)).toEqual([
      2_000, 4_000, 8_000, 10_000, 10_000, 10_000, 66_000,
    ])
  })

  it('adds jitter to every pause', async () => {
    expect(await pausesOf([false, broken], 1_000, 0)).toEqual([900, 1_000])
  })
})

describe('runJobs', () => {
  it('logs once when a job starts to fail and once when it recovers', async () => {
    const kit = aKit()
    let runs = 0
    const jobs = runJobs(
      [
        {
          name: 'tidy up',
          intervalMs: 1,
          run() {
            runs += 1
            return runs <= 3 ? Promise.reject(broken) : Promise.resolve(false)
          },
        },
      ],
      kit,
    )

    await jobs.start?.()
    await eventually(() => {
      expect(runs).toBeGreaterThan(6)
    })
    kit.stop.abort()
    await jobs.stop?.()

    expect(kit.logs.lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: 'job failing',
        job: 'tidy up',
        error: expect.objectContaining({ message: 'broken' }),
      }),
      expect.objectContaining({ level: 'info', message: 'job recovered', job: 'tidy up', failedAttempts: 3 }),
    ])
    expect(kit.logs.lines[1]?.['failedForMs']).toEqual(expect.any(Number))
    const { values } = await kit.metrics.jobLastSuccess.get()
    expect(values).toEqual([expect.objectContaining({ labels: { job: 'tidy up' } })])
    expect(values[0]?.value).toBeGreaterThan(Date.now() / 1000 - 60)
  })

  it('reports a job that has never succeeded', async () => {
    const kit = aKit()
    const jobs = runJobs([{ name: 'broken', intervalMs: 1, run: () => Promise.reject(broken) }], kit)

    await jobs.start?.()
    kit.stop.abort()
    await jobs.stop?.()

    const { values } = await kit.metrics.jobLastSuccess.get()
    expect(values).toEqual([expect.objectContaining({ labels: { job: 'broken' }, value: 0 })])
  })

  it('waits for the run in progress when it stops, and starts no other', async () => {
    const kit = aKit()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    let runs = 0
    let isStopped = false
    const jobs = runJobs([{ name: 'slow', intervalMs: 1, run: () => ((runs += 1), promise) }], kit)

    await jobs.start?.()
    kit.stop.abort()
    const stop = jobs.stop?.().then(() => (isStopped = true))
    await turn()
    expect(isStopped).toBe(false)
    resolve(true)
    await stop

    expect(runs).toBe(1)
  })
})
