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

  it('goes by the pace of the queue, even if one request is slow', async () => {
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

  it('follows a pace that changes', async () => {
    const admission = createAdmission(1)
    const { work, end } = pieces()
    const requests = Array.from({ length: 310 }, () => within(10_000_000, () => admission.run(work)))
    for (let n = 0; n < 300; n += 1) {
      nowMs += n < 50 ? 1_000 : 1
      await end(n)
    }

    // Of the 50 s of the first 50 turns a 32nd is left, 32 ms for each turn. With ten present, one more needs 350 ms.
    expect(admission.hasRoom(3_400)).toBe(false)
    expect(admission.hasRoom(3_600)).toBe(true)

    for (let n = 300; n < requests.length; n += 1) await end(n)
    await Promise.all(requests)
  })

  it('admits a burst of a thousand, and no more', async () => {
    const admission = createAdmission(1)
    const { work, end, begun } = pieces()
    const burst = Promise.allSettled(
      Array.from({ length: 1_100 }, () => within(10_000, () => admission.run(work))),
    )
    for (let n = 0; n < 1_000; n += 1) await end(n)
    await burst

    expect(begun()).toBe(1_000)
  })

  it('keeps a standing queue short', async () => {
    const admission = createAdmission(1)
    const { work, end } = pieces()
    const requests = Array.from({ length: 36 }, () => within(60_000, () => admission.run(work)))
    for (let n = 0; n < 29; n += 1) {
      nowMs += 100
      await end(n)
    }
    expect(admission.hasRoom(1_000)).toBe(true)
    nowMs += 100
    await end(29)

    // With six present, one more would be done in 7 * 3,000 / 31 = 677 ms, a tenth of 6,770.
    expect(admission.hasRoom(6_700)).toBe(false)
    expect(admission.hasRoom(6_800)).toBe(true)

    for (let n = 30; n < requests.length; n += 1) await end(n)
    await Promise.all(requests)
  })

  it('remembers the pace while the queue is empty for a moment', async () => {
    const admission = createAdmission(1)
    const { work, end } = pieces()
    const requests = Array.from({ length: 52 }, () => within(60_000, () => admission.run(work)))
    for (let n = 0; n < 51; n += 1) {
      nowMs += 100
      await end(n)
    }
    nowMs += 999

    // With one present, one more would be done in 200 ms.
    expect(admission.hasRoom(230)).toBe(false)
    expect(admission.hasRoom(270)).toBe(true)
    const next = within(60_000, () => admission.run(work))
    await turn()
    // With two, in 300 ms: the time without a queue does not count.
    expect(admission.hasRoom(350)).toBe(false)
    expect(admission.hasRoom(400)).toBe(true)

    await end(51)
    await end(52)
    await Promise.all([...requests, next])
  })

  it('forgets the pace of a slow burst soon after its queue is empty', async () => {
    const admission = createAdmission(32)
    const slow = pieces()
    for (let burst = 0; burst < 5; burst += 1) {
      const requests = Array.from({ length: 110 }, () => within(60_000, () => admission.run(slow.work)))
      for (let n = 0; n < 110; n += 1) {
        if (n % 32 === 0) nowMs += 10_000
        await slow.end(burst * 110 + n)
      }
      await Promise.all(requests)
    }
    const { work, end, begun } = pieces()
    const requests = Array.from({ length: 150 }, () => within(15_000, () => admission.run(work)))
    for (let n = 0; n < 150; n += 1) await end(n)
    await Promise.all(requests)

    expect(begun()).toBe(150)
  })

  it('does not begin work that would end too late', async () => {
    const admission = createAdmission(1)
    const { work, end, begun } = pieces()
    const [first, late, other] = [1_000, 400, 1_000].map((ms) => within(ms, () => admission.run(work)))
    const refused = expect(late).rejects.toEqual(overloaded)
    // 60 ms are left of 400, and work takes longer.
    nowMs += 340
    await end(0)
    await refused
    await end(1)
    await Promise.all([first, other])

    expect(begun()).toBe(2)
  })

  it('waits for a turn until the deadline, and no longer', async () => {
    const admission = createAdmission(1)
    const { work, end, begun } = pieces()
    const first = within(10_000, () => admission.run(work))

    await expect(within(20, () => admission.run(work))).rejects.toEqual(overloaded)

    await end(0)
    await first
    expect(begun()).toBe(1)
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

  it('gives the turn to others during a wait outside, and first of all takes one again', async () => {
    const admission = createAdmission(1)
    const bank = pieces()
    const { work, end } = pieces()
    const order: string[] = []
    const note = (what: string) => () => order.push(what)
    const slow = within(10_000, () => admission.run(() => admission.outside(bank.work).then(note('slow'))))
    const others = ['a', 'b', 'c'].map((name) =>
      within(10_000, () => admission.run(() => work().then(note(name)))),
    )
    await end(0)
    await bank.end(0)
    await end(1)
    await end(2)
    await Promise.all([slow, ...others])

    expect(order).toEqual(['a', 'b', 'slow', 'c'])
  })

  it('lets work that failed outside end with a turn', async () => {
    const admission = createAdmission(1)

    const failed = admission.run(() => admission.outside(() => Promise.reject(new Error('broken'))))

    await expect(failed).rejects.toThrow('broken')
    expect(await admission.run(() => Promise.resolve('fine'))).toBe('fine')
  })

  it('limits the number outside, and is idle only without them', async () => {
    const admission = createAdmission(1)
    const bank = pieces()
    const requests = Array.from({ length: 1_000 }, () =>
      within(10_000, () => admission.run(() => admission.outside(bank.work))),
    )
    while (bank.begun() < 1_000) await turn()
    let isIdle = false
    const idle = admission.idle().then(() => (isIdle = true))

    await expect(within(10_000, () => admission.run(bank.work))).rejects.toEqual(overloaded)
    expect(isIdle).toBe(false)
    for (let n = 0; n < 1_000; n += 1) await bank.end(n)
    await Promise.all([...requests, idle])
  })
})
