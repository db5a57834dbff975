import { freshDatabase, startDatabase } from '@matinee/local-stack/databases/databases'
import type { DatabaseKind, DatabaseServer } from '@matinee/local-stack/databases/server'

const variable = 'TEST_DATABASE_SERVER'
let server: DatabaseServer | undefined

/** A Jest `globalSetup`: one real database server for all test files of a package. */
export function setUpDatabase(kind: DatabaseKind) {
  return async () => {
    server = await startDatabase(kind, {
      dataDir: `.data/test-${String(process.pid)}`,
      durable: false,
      say: (line) => process.stderr.write(`${line}\n`),
    })
    process.env[variable] = JSON.stringify({ kind, url: server.url })
  }
}

/** The matching `globalTeardown`. */
export async function tearDownDatabase(): Promise<void> {
  await server?.stop()
}

/** An empty database for one test file. */
export async function testDatabase(name: string): Promise<string> {
  const { kind, url } = JSON.parse(process.env[variable] ?? '') as Pick<DatabaseServer, 'kind' | 'url'>
  return await freshDatabase({ kind, url }, name)
}
