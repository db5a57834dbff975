import { startDatabase } from '@matinee/local-stack/databases/databases'
import type { DatabaseServer } from '@matinee/local-stack/databases/server'

const kinds = ['postgres', 'mysql'] as const
const servers: DatabaseServer[] = []

/** Starts both servers; the tests find them in the environment. */
export default async function setUp(): Promise<void> {
  for (const kind of kinds) {
    const dataDir = `.data/test-${String(process.pid)}/${kind}`
    const server = await startDatabase(kind, { dataDir, durable: false })
    servers.push(server)
    process.env[`TEST_SERVER_${kind}`] = server.url
  }
}

export async function stopServers(): Promise<void> {
  for (const server of servers) await server.stop()
}
