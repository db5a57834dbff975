import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createAdmission } from './admission.ts'
import { countdown, runInContext } from '../http/context.ts'

const overloaded = expect.objectContaining({ problem: 'overloaded' })

/** Time passes only when a test says so. */
let nowMs = 0
beforeEach(() => {
  nowMs = 1_000_000
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs)
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** Runs as a request whose caller waits this long. */
function within<T>(ms: number, run: () => T): T {
  return runInContext({ requestId: 'r', traceId: 't', timeLeft: countdown(ms) }, run)
}

/** Work that ends when the test says so. */
function pieces() {
  const ends: (() => void)[] = []
  return {
    begun: () => ends.length,
    work: () => new Promise<void>((resolve) => ends.push(resolve)),
    end: async (n: number) => {
      await turn()
      ends[n]?.()
      await turn()
    },
  }
}

describe('createAdmission', () => {
  it('limits concurrency, and serves the others in order of arrival', async () => {
    const admission = createAdmission(2)
    const order: number[] = []
    let running = 0
    let most = 0

    await Promise.all(
      [0, 1, 2, 3, 4, 5].map((n) =>
        within(10_000, () =>
          admission.run(async () => {
            order.push(n)
            most = Math.max(most, ++running)
            await turn()
            running -= 1
          }),
        ),
      ),
    )

    expect(order).toEqual([0, 1, 2, 3, 4, 5])
    expect(most).toBe(2)
  })

  /** An empty line that knows its pace: one request per `ms`. */
  async function atPace(ms: number) {
    const admission = createAdmission(1)
    const { work, end } = pieces()
    const requests = Array.from({ length: 52 }, () => within(1_000_000, () => admission.run(work)))
    for (let n = 0; n < requests.length; n += 1) {
      nowMs += ms
      await end(n)
    }
    await Promise.all(requests)
    return admission
  }

  it('goes by the pace of the line, even if one request is slow', async () => {
    const admission = createAdmission(2)
    const { work, end } = pieces()
    const requests = Array.from({ length: 62 }, () => within(60_000, () => admission.run(work)))
    // One is slow; the other turn is free again every 10 ms.
    for (let n = 1; n <= 51; n += 1) {
      nowMs += 10
      await end(n)
    }

    // With 11 present, one more would be done in 120 ms.
    expect(admission.hasRoom(140)).toBe(false)
    expect(admission.hasRoom(160)).toBe(true)
    await expect(within(140, () => admission.run(work))).rejects.toEqual(overloaded)

    for (let n = 0; n < requests.length; n += 1) await end(n)
    await Promise.all(requests)
  })

  it('admits as many of a burst as it has time for', async () => {
    const admission = await atPace(100)

    // 100 ms each: within a second there is time for eight, and a reserve.
    const { work, end, begun } = pieces()
    const burst = Promise.allSettled(
      Array.from({ length: 10 }, () => within(1_000, () => admission.run(work))),
    )
    for (let n = 0; n < 8; n += 1) await end(n)
    await burst

    expect(begun()).toBe(8)
  })

  it('keeps a standing line short', async () => {
    const admission = await atPace(100)
    const { work, end } = pieces()
    const requests = Array.from({ length: 6 }, () => within(60_000, () => admission.run(work)))
    await turn()
    expect(admission.hasRoom(1_000)).toBe(true)
    nowMs += 3_000

    // With six present, one more would be done in 700 ms, a tenth of 7,000.
    expect(admission.hasRoom(6_900)).toBe(false)
    expect(admission.hasRoom(7_100)).toBe(true)

    for (let n = 0; n < requests.length; n += 1) await end(n)
    await Promise.all(requests)
  })

  it('forgets an old pace, and then admits a thousand', async () => {
    const admission = await atPace(6_000)
    const { work, end, begun } = pieces()
    const first = within(120_000, () => admission.run(work))
    expect(admission.hasRoom(10_000)).toBe(false)

    nowMs += 60_000
    const others = Promise.allSettled(
      Array.from({ length: 1_100 }, () => within(10_000, () => admission.run(work))),
    )
    for (let n = 0; n < 1_000; n += 1) await end(n)
    await Promise.all([first, others])

    expect(begun()).toBe(1_000)
  })

  it('does not begin work that would end too late', async () => {
    const admission = await atPace(100)
    const { work, end, begun } = pieces()
    const [first, late, other] = [1_000, 400, 1_000].map((ms) => within(ms, () => admission.run(work)))
    const refused = expect(late).rejects.toEqual(overloaded)
    // 60 ms are left of 400, and work takes 100.
    nowMs += 340
    await end(0)
    await refused
    await end(1)
    await Promise.all([first, other])

    expect(begun()).toBe(2)
  })

  it('does not begin work whose turn comes too late, or whose caller has gone', async () => {
    const admission = createAdmission(1)
    const { work, end, begun } = pieces()
    const first = within(10_000, () => admission.run(work))
    const late = expect(within(20, () => admission.run(work))).rejects.toEqual(overloaded)
    const gone = expect(within(10_000, () => admission.run(work, () => true))).rejects.toEqual(overloaded)
    nowMs += 20
    await end(0)
    await Promise.all([first, late, gone])

    expect(begun()).toBe(1)
    expect(await within(1_000, () => admission.run(() => Promise.resolve(1)))).toBe(1)
  })

  it('continues after a failure', async () => {
    const admission = createAdmission(1)

    await expect(admission.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')

    expect(await admission.run(() => Promise.resolve('fine'))).toBe('fine')
  })
})
