import { setTimeout as sleep } from 'node:timers/promises'

/** Repeats an assertion until it passes; throws its last failure after `withinMs`. */
export async function eventually<T>(assertion: () => Promise<T> | T, withinMs = 5_000): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    try {
      return await assertion()
    } catch (error) {
      if (performance.now() > end) throw error
      await sleep(20)
    }
  }
}
