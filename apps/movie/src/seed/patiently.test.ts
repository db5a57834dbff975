import { describe, expect, it } from '@jest/globals'
import { NoAnswerError, patiently } from './patiently.ts'

describe('patiently', () => {
  /** Fails so often before it succeeds. */
  function work(failures: number, error: Error = new NoAnswerError('theatre is away')) {
    let times = 0
    const said: string[] = []
    return {
      said,
      times: () => times,
      run: (patienceMs: number, signal = new AbortController().signal) =>
        patiently(
          () => {
            times += 1
            return times > failures ? Promise.resolve() : Promise.reject(error)
          },
          { patienceMs, say: (line) => said.push(line), signal },
        ),
    }
  }

  it('tries again until there is an answer, and does not say so each time', async () => {
    const { run, times, said } = work(2)
    await run(60_000)
    expect(times()).toBe(3)
    expect(said).toEqual(['waiting: theatre is away'])
  })

  it('gives up when its patience is over', async () => {
    const { run, times } = work(Infinity)
    await expect(run(1_500)).rejects.toThrow('theatre is away')
    expect(times()).toBe(3)
  })

  it('does not repeat what was refused', async () => {
    const { run, times } = work(1, new Error('the token is wrong'))
    await expect(run(60_000)).rejects.toThrow('the token is wrong')
    expect(times()).toBe(1)
  })

  it('ends when it is told to', async () => {
    const { run, times } = work(Infinity)
    await expect(run(60_000, AbortSignal.timeout(100))).rejects.toThrow(/aborted/)
    expect(times()).toBe(1)
  })
})
