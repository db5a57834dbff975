import { expect, it } from '@jest/globals'
import { isStoreUnavailable } from '@matinee/stores/postgres/errors'
import { Pool } from 'pg'
import { createPrisma } from './prisma.ts'

it('reports a database that cannot be reached as unavailable', async () => {
  const pool = new Pool({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' })
  const prisma = await createPrisma({ pool, query: () => Promise.reject(new Error('not used')) })()

  const error: unknown = await prisma.booking.count().catch((reason: unknown) => reason)

  expect(isStoreUnavailable(error)).toBe(true)
  await pool.end()
})
