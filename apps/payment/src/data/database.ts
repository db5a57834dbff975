import { setTimeout as sleep } from 'node:timers/promises'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { mysqlOptions } from '@matinee/sql-migrate/mysql'
import type { Kit, Part } from '@matinee/service-kit/service'
import { PrismaClient } from '../generated/prisma/client.ts'
import { isStoreDown } from './errors.ts'

/** A connection pool that opens with the service, however long the server takes to come up. */
export function connectDatabase(url: string, { logger, stopping }: Kit): Part & { prisma: PrismaClient } {
  const adapter = new PrismaMariaDb({
    ...mysqlOptions(url),
    connectionLimit: 10,
    connectTimeout: 1_000,
    acquireTimeout: 2_000,
  })
  const prisma = new PrismaClient({ adapter, transactionOptions: { maxWait: 5_000, timeout: 10_000 } })
  return {
    prisma,
    async start() {
      while (!stopping.aborted) {
        try {
          await prisma.$queryRaw`SELECT 1`
          return
        } catch (error) {
          if (!isStoreDown(error)) throw error
          logger.warn('MySQL does not answer yet', { error })
          await sleep(500)
        }
      }
    },
    async stop() {
      await prisma.$disconnect()
    },
  }
}
