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
    expect(admission.arrive(nowMs + 140)).toBeUndefined()
    expect(admission.arrive(nowMs + 160)).toBeDefined()
    await expect(within(140, () => admission.run(work))).rejects.toEqual(overloaded)

    for (let n = 0; n < requests.length; n += 1) await end(n)
    await Promise.all(requests)
  })

  it('takes in so many of a burst as it has time for', async () => {
    const admission = await atPace(100)

    // 100 ms each: within a second there is time for eight, and a reserve.
    const places = Array.from({ length: 10 }, () => admission.arrive(nowMs + 1_000))

    expect(places.filter(Boolean)).toHaveLength(8)
  })

  it('keeps a line short that stands', async () => {
    const admission = await atPace(100)
    const { work, end } = pieces()
    const requests = Array.from({ length: 6 }, () => within(60_000, () => admission.run(work)))
    await turn()
    expect(admission.arrive(nowMs + 1_000)).toBeDefined()
    nowMs += 3_000

    expect(admission.arrive(nowMs + 3_500)).toBeUndefined()
    expect(admission.arrive(nowMs + 4_500)).toBeDefined()

    for (let n = 0; n < requests.length; n += 1) await end(n)
    await Promise.all(requests)
  })

  it('forgets a pace of long ago, and takes in a thousand whatever they wait for', async () => {
    const admission = await atPace(5_000)
    admission.arrive(nowMs + 10_000)
    expect(admission.arrive(nowMs + 10_000)).toBeUndefined()

    nowMs += 60_000
    const arrived = Array.from({ length: 1_100 }, () => admission.arrive(nowMs + 10_000))
    expect(arrived.filter(Boolean)).toHaveLength(999)
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

  it('does not begin what reaches its turn too late, or for nobody', async () => {
    const admission = createAdmission(1)
    const { work, end, begun } = pieces()
    const first = within(10_000, () => admission.run(work))
    const late = expect(within(20, () => admission.run(work))).rejects.toEqual(overloaded)
    const [arrivedLate, gone] = [admission.arrive(nowMs + 20), admission.arrive(nowMs + 10_000)]
    gone?.leave()
    nowMs += 20
    await end(0)
    await Promise.all([first, late])

    expect(await arrivedLate?.turn).toBeUndefined()
    expect(await gone?.turn).toBeUndefined()
    expect(begun()).toBe(1)
    expect(await within(1_000, () => admission.run(() => Promise.resolve(1)))).toBe(1)
  })

  it('gives a slot to those who have arrived, in their turn, to work in or to give back', async () => {
    const admission = createAdmission(1)
    const { work, end, begun } = pieces()
    const [first, second, third] = [1, 2, 3].map(() => admission.arrive(nowMs + 10_000))
    const slot = await first?.turn
    const context = { requestId: 'r', traceId: 't', timeLeft: countdown(10_000), ...(slot && { slot }) }
    const working = runInContext(context, () => admission.run(work))
    await turn()
    expect(begun()).toBe(1)
    slot?.giveBack()
    let isSecond = false
    void second?.turn.then(() => (isSecond = true))
    await turn()
    expect(isSecond).toBe(false)

    await end(0)
    await working
    const unused = await second?.turn
    unused?.giveBack()

    expect(await third?.turn).toBeDefined()
    expect(unused?.claim()).toBe(false)
  })

  it('goes on after work that failed', async () => {
    const admission = createAdmission(1)

    await expect(admission.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')

    expect(await admission.run(() => Promise.resolve('fine'))).toBe('fine')
  })
})
