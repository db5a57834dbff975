import type { Process } from './process.ts'

export interface Event {
  at: number
  /** Undefined once the event is cancelled. */
  run: (() => void) | undefined
  owner: Process | undefined
  life: number | undefined
}

/** A binary heap by time; events of the same time come in the order of their insertion. */
export function createEventQueue() {
  const heap: { event: Event; order: number }[] = []
  let count = 0

  function isBefore(a: number, b: number): boolean {
    const first = heap[a]
    const second = heap[b]
    if (!first || !second) return first !== undefined
    return first.event.at === second.event.at ? first.order < second.order : first.event.at < second.event.at
  }

  function swap(a: number, b: number): void {
    const [first, second] = [heap[a], heap[b]]
    if (!first || !second) return
    heap[a] = second
    heap[b] = first
  }

  return {
    push(event: Event): void {
      let place = heap.push({ event, order: (count += 1) }) - 1
      while (place > 0) {
        const parent = (place - 1) >> 1
        if (!isBefore(place, parent)) break
        swap(place, parent)
        place = parent
      }
    },

    pop(): Event | undefined {
      swap(0, heap.length - 1)
      const first = heap.pop()
      let place = 0
      for (;;) {
        const left = 2 * place + 1
        const child = isBefore(left + 1, left) ? left + 1 : left
        if (child >= heap.length || !isBefore(child, place)) break
        swap(place, child)
        place = child
      }
      return first?.event
    },
  }
}
