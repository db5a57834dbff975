import type { Page } from '@matinee/contracts/common'
import type { Theatre, TheatreInput } from '@matinee/contracts/theatre'
import type { Events } from '../events.ts'

/** Everything the use cases need. */
export interface Context {
  theatres: TheatreStore
  events: Events
}

export interface TheatreQuery {
  city?: string | undefined
  available?: boolean | undefined
  limit: number
  after?: string | undefined
}

export interface TheatreStore {
  /** @throws ProblemError `theatre-exists` */
  create(theatre: TheatreInput): Promise<Theatre>
  list(query: TheatreQuery): Promise<Page<Theatre>>
  find(id: string): Promise<Theatre | null>
  /**
   * Replaces a theatre with what `change` makes of it; calls `change` again after a concurrent change.
   *
   * @returns null when there is no such theatre
   * @throws ProblemError `theatre-exists`, and what `change` throws
   */
  update(id: string, change: (current: Theatre) => TheatreInput): Promise<Theatre | null>
  /**
   * Deletes a theatre unless `check` throws.
   *
   * @returns whether it existed
   */
  delete(id: string, check: (current: Theatre) => void): Promise<boolean>
}
