/** A simulated process. When it dies, its memory is lost and its pending callbacks never run. */
export interface Process {
  name: string
  isUp: boolean
  /** Incremented at every start and death: callbacks of an earlier life are dropped. */
  life: number
  /** Clock skew in ms. */
  clockOffsetMs: number
  /** Called when it dies; breaks its connections, for instance. */
  onDeath: Set<() => void>
}
