import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createAdmission } from './admission.ts'
import { countdown, runInContext } from '../http/context.ts'

const overloaded = expect.objectContaining({ problem: 'overloaded' })

/** Time stands still but for what a test lets pass. */
let nowMs = 0
beforeEach(() => {
  nowMs = 1_000_000
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs)
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** Runs as a request that is waited for so long. */
function within<T>(ms: number, run: () => T): T {
  return runInContext({ requestId: 'r', traceId: 't', timeLeft: countdown(ms) }, run)
}

/** Work that ends when it is told to. */
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
  it('lets so many work at once, and the others in the order they came', async () => {
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

  /** A line that has moved on every so many ms, for long enough to know it; nobody is left. */
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

  it('goes by the pace of the line, whatever one slow piece of work does', async () => {
    const admission = createAdmission(2)
    const { work, end } = pieces()
    const requests = Array.from({ length: 62 }, () => within(60_000, () => admission.run(work)))
    // One is slow; the other place is free again every 10 ms.
    for (let n = 1; n <= 51; n += 1) {
      nowMs += 10
      await end(n)
    }

    // 11 are there: whoever comes now is done in 120 ms.
    expect(admission.hasRoom(140)).toBe(false)
    expect(admission.hasRoom(160)).toBe(true)
    await expect(within(140, () => admission.run(work))).rejects.toEqual(overloaded)

    for (let n = 0; n < requests.length; n += 1) await end(n)
    await Promise.all(requests)
  })

  it('takes in so many of a burst as it has time for', async () => {
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

  it('keeps a line short that stands', async () => {
    const admission = await atPace(100)
    const { work, end } = pieces()
    const requests = Array.from({ length: 6 }, () => within(60_000, () => admission.run(work)))
    await turn()
    expect(admission.hasRoom(1_000)).toBe(true)
    nowMs += 3_000

    // Six are there: whoever comes now is done in 700 ms, a fifth of 3,500.
    expect(admission.hasRoom(3_400)).toBe(false)
    expect(admission.hasRoom(3_600)).toBe(true)

    for (let n = 0; n < requests.length; n += 1) await end(n)
    await Promise.all(requests)
  })

  it('forgets an old pace, and then takes in a thousand', async () => {
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

  it('does not begin what its work would make too late', async () => {
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

  it('does not begin what reaches its turn too late, or what its caller has abandoned', async () => {
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

  it('goes on after work that failed', async () => {
    const admission = createAdmission(1)

    await expect(admission.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')

    expect(await admission.run(() => Promise.resolve('fine'))).toBe('fine')
  })
})
