import { createRequire } from 'node:module'
import type { Pool as UndiciPool } from 'undici'

const require = createRequire(import.meta.url)

export type Pool = UndiciPool

/** undici's pool alone: its index also loads fetch, WebSocket and a cache, 4 MiB that nothing here uses. */
export const Pool = require('undici/lib/dispatcher/pool.js') as typeof UndiciPool
// As the index does.
Object.assign(Pool.prototype, require('undici/lib/api'))
