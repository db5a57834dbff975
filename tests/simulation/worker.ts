import { parentPort, workerData } from 'node:worker_threads'
import { explore, exploreSeeds } from './explore.ts'
import type { Share } from './explore.ts'

export interface Task {
  share: Share
  /** The number of random seeds. */
  seeds?: number
  /** Or the number of faults in each run. */
  depth?: 1 | 2
}

const { share, seeds, depth } = workerData as Task
parentPort?.postMessage(depth ? await explore(depth, share) : await exploreSeeds(seeds ?? 0, share))
