import { fileURLToPath } from 'node:url'
import { createLogger } from '@matinee/service-kit/logger'
import { migratePostgres } from '@matinee/sql-migrate/postgres'
import { loadMigrationConfig } from './config.ts'

/** Brings the database up to date: `node dist/migrate.js`. Any number of replicas may run it at the same time. */
await migratePostgres({
  url: loadMigrationConfig(process.env).DATABASE_URL,
  folder: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  logger: createLogger('booking', 'info'),
})
