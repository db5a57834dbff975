import type { StoreUrls } from '../audit/snapshot.ts'

/** A service or a database that can be killed. */
export interface Part {
  name: string
  /** With SIGKILL. */
  kill: () => Promise<void>
  /** Starts it, unless something else does; resolves when it answers again. */
  restart: () => Promise<void>
}

/** The system under test. */
export interface System {
  /** Where customers find it. */
  url: string
  adminToken: string
  parts: Part[]
  /** The parts that ended without being killed, and how. */
  ended: string[]
  /** Makes its databases readable from here, until it stops. */
  openStores: () => Promise<StoreUrls>
  stop: () => Promise<void>
}
