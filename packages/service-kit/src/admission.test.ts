import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { createAdmission } from './admission.ts'
import { runInContext } from './context.ts'

/** Runs as a request that is waited for so long. */
function within<T>(ms: number, run: () => T): T {
  return runInContext({ requestId: 'r', traceId: 't', deadline: performance.now() + ms }, run)
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

  it('refuses at once what would wait past its deadline, and what reaches its turn too late', async () => {
    const admission = createAdmission(1)
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const first = within(10_000, () => admission.run(() => promise))
    let worked = 0
    const work = () => Promise.resolve(++worked)
    const overloaded = expect.objectContaining({ problem: 'overloaded' })

    await expect(within(1, () => admission.run(work))).rejects.toEqual(overloaded)

    const deadline = performance.now() + 20
    const waiting = expect(
      runInContext({ requestId: 'r', traceId: 't', deadline }, () => admission.run(work)),
    ).rejects.toEqual(overloaded)
    while (performance.now() <= deadline) await turn()
    resolve(undefined)
    await Promise.all([first, waiting])

    expect(worked).toBe(0)
    expect(await within(1_000, () => admission.run(work))).toBe(1)
  })

  it('goes on after work that failed', async () => {
    const admission = createAdmission(1)

    await expect(admission.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')

    expect(await admission.run(() => Promise.resolve('fine'))).toBe('fine')
  })
})
