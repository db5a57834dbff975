import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../simulation/random.ts'
import type { Part } from './system.ts'

export interface Kill {
  part: string
  /** When it was killed, when it was started again, and when it answered; all by this process's clock, in ms. */
  killed: number
  started: number
  ready: number
}

const everyMs = 12_000

/** In rounds, each of which has every part once, in random order. */
function* rounds<T>(items: T[], random: Random): Generator<T> {
  for (;;) {
    const left = [...items]
    while (left.length > 0) yield* left.splice(random.below(left.length), 1)
  }
}

/** Kills a part every 12 s with SIGKILL, and starts it again up to 2 s later. */
export async function killParts(
  parts: Part[],
  random: Random,
  durationMs: number,
  say: (line: string) => void,
): Promise<Kill[]> {
  const kills: Kill[] = []
  const began = performance.now()
  const order = rounds(parts, random)
  for (let at = everyMs / 2; at < durationMs; at += everyMs) {
    await sleep(began + at - performance.now())
    const part = order.next().value as Part
    const killed = performance.now()
    await part.kill()
    await sleep(random.below(2_000))
    const started = performance.now()
    await part.restart()
    const ready = performance.now()
    kills.push({ part: part.name, killed, started, ready })
    const seconds = (ms: number) => (ms / 1_000).toFixed(1)
    say(
      `${seconds(killed - began).padStart(6)} s  ${part.name.padEnd(9)} killed, back after ${seconds(ready - killed)} s`,
    )
  }
  await sleep(Math.max(0, began + durationMs - performance.now()))
  return kills
}
