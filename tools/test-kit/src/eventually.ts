import { setTimeout as sleep } from 'node:timers/promises'

/** Holds an assertion again and again until it passes; its last failure when that takes longer than `withinMs`. */
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
