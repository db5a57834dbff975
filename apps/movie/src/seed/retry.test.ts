import { describe, expect, it } from '@jest/globals'
import { UnavailableError, retry } from './retry.ts'

describe('retry', () => {
  /** Work that fails a number of times before it succeeds. */
  function failing(failures: number, error: Error = new UnavailableError('theatre is down')) {
    let attempts = 0
    const lines: string[] = []
    return {
      lines,
      attempts: () => attempts,
      run: (timeoutMs: number, signal = new AbortController().signal) =>
        retry(
          () => {
            attempts += 1
            return attempts > failures ? Promise.resolve() : Promise.reject(error)
          },
          { timeoutMs, log: (line) => lines.push(line), signal },
        ),
    }
  }

  it('retries until the work succeeds, and logs only the first failure', async () => {
    const { run, attempts, lines } = failing(2)
    await run(60_000)
    expect(attempts()).toBe(3)
    expect(lines).toEqual(['waiting: theatre is down'])
  })

  it('gives up after the timeout', async () => {
    const { run, attempts } = failing(Infinity)
    await expect(run(900)).rejects.toThrow('theatre is down')
    expect(attempts()).toBe(2)
  })

  it('does not retry other errors', async () => {
    const { run, attempts } = failing(1, new Error('the token is wrong'))
    await expect(run(60_000)).rejects.toThrow('the token is wrong')
    expect(attempts()).toBe(1)
  })

  it('stops when the signal aborts', async () => {
    const { run, attempts } = failing(Infinity)
    await expect(run(60_000, AbortSignal.timeout(100))).rejects.toThrow(/aborted/)
    expect(attempts()).toBe(1)
  })
})
