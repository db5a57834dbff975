import { fileURLToPath } from 'node:url'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import { migrateMysql, mysqlOptions } from '@matinee/stores/mysql/migrate'
import { PrismaClient } from '../generated/prisma/client.ts'

const folder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

/** A connection pool; its start brings the tables up to date, however long the server takes to come up. */
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
      await migrateMysql({ url, folder, logger, signal: stopping })
    },
    async stop() {
      await prisma.$disconnect()
    },
  }
}
