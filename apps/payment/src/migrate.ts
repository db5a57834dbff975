import { fileURLToPath } from 'node:url'
import { createLogger } from '@matinee/service-kit/logger'
import { migrateMysql } from '@matinee/sql-migrate/mysql'
import { loadMigrationConfig } from './config.ts'

/** Brings the database up to date, then ends; any number of replicas may run it at once. */
const config = loadMigrationConfig(process.env)
await migrateMysql({
  url: config.DATABASE_URL,
  folder: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  logger: createLogger('payment-migrate', config.LOG_LEVEL),
})
