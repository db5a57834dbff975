// Starts the kind of server that it is asked for, says where it is, and waits to be killed.
import { freshDatabase, startDatabase } from '../../src/databases/databases.ts'
import type { DatabaseKind } from '../../src/databases/server.ts'

const [kind, dataDir] = process.argv.slice(2) as [DatabaseKind, string]
const server = await startDatabase(kind, { dataDir, keep: true })
const url = await freshDatabase(server, 'theatre')
process.stdout.write(`${JSON.stringify({ pid: server.pid, url })}\n`)
