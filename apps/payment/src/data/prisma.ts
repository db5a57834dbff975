import type { Pool } from 'mariadb'
import type { PrismaClient } from '../generated/prisma/client.ts'

/** Prisma over the service's pool, for typed access where speed does not matter; loaded when it is first used. */
export function createPrisma(pool: Pool): () => Promise<PrismaClient> {
  async function load(): Promise<PrismaClient> {
    const { PrismaMariaDb } = await import('@prisma/adapter-mariadb')
    const { PrismaClient } = await import('../generated/prisma/client.ts')
    return new PrismaClient({ adapter: new PrismaMariaDb(pool) })
  }
  let client: Promise<PrismaClient> | undefined
  return () => (client ??= load())
}
