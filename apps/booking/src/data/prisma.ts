import type { Database } from '@matinee/stores/postgres/connect'
import type { PrismaClient } from '../generated/prisma/client.ts'

async function load({ pool }: Database): Promise<PrismaClient> {
  const [{ PrismaPg }, { PrismaClient }] = await Promise.all([
    import('@prisma/adapter-pg'),
    import('../generated/prisma/client.ts'),
  ])
  return new PrismaClient({ adapter: new PrismaPg(pool) })
}

/** Prisma over the pool of the service, loaded when it is first used: its query compiler is megabytes of WebAssembly. */
export function createPrisma(database: Database): () => Promise<PrismaClient> {
  let client: Promise<PrismaClient> | undefined
  return () => (client ??= load(database))
}
