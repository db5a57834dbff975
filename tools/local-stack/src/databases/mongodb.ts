import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { checkReachable, pipInstall, timed } from './fetch.ts'
import { freePort } from '../process/ports.ts'
import { findProgram, output } from '../process/process.ts'
import { supervise } from '../process/supervise.ts'
import { credentials } from './password.ts'
import type { Engine, Program, Settings } from './server.ts'

const VERSION = '8.0'
const CACHE_GB = '0.25'

export const mongodb: Engine = {
  kind: 'mongodb',
  wanted: `MongoDB ${VERSION}`,
  variable: 'MONGODB_URL',
  image: {
    name: `mongo:${VERSION}`,
    port: 27017,
    dataPath: '/data/db',
    env: (password) => ({ MONGO_INITDB_ROOT_USERNAME: 'root', MONGO_INITDB_ROOT_PASSWORD: password }),
    args: () => ['--wiredTigerCacheSizeGB', CACHE_GB],
  },
  programs: [fromPath, fromVendor, fromPip],
  // Acknowledges a write only once it is in the journal: otherwise a killed mongod loses up to 100 ms of writes.
  url(port, durable, password) {
    const user = password ? `${credentials('root', password)}@` : ''
    const options = `directConnection=true${durable ? '&journal=true' : ''}${password ? '&authSource=admin' : ''}`
    return `mongodb://${user}127.0.0.1:${port}/?${options}`
  },
  async ping(url) {
    await connected(url, (client) => client.db('admin').command({ ping: 1 }))
  },
  async open(url, name, fresh) {
    if (fresh) await connected(url, (client) => client.db(name).dropDatabase())
    return Object.assign(new URL(url), { pathname: name }).href
  },
}

async function fromPath({ env }: Settings): Promise<Program | undefined> {
  const file = await findProgram('mongod', env)
  return file ? mongod(file, 'PATH') : undefined
}

async function fromVendor({ say }: Settings): Promise<Program> {
  await checkReachable('https://fastdl.mongodb.org')
  const { MongoBinary } = await import('mongodb-memory-server-core')
  const file = await timed(say, `downloading MongoDB ${VERSION}`, () =>
    MongoBinary.getPath({ version: `${VERSION}.16` }),
  )
  return mongod(file, 'its vendor')
}

async function mongod(file: string, from: string): Promise<Program> {
  const version = /v(\d+(\.\d+)*)/.exec(await output(file, ['--version']))?.[1] ?? 'of an unknown version'
  return program(`MongoDB ${version}`, from, (folder, port, _durable, secured) => ({
    file,
    args: [
      ...['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket', '--quiet'],
      ...['--wiredTigerCacheSizeGB', CACHE_GB],
      ...(secured ? ['--auth'] : []),
    ],
  }))
}

function program(name: string, from: string, serve: Program['serve']): Program {
  const stopSignal = 'SIGTERM'
  return {
    name,
    from,
    stopSignal,
    serve,
    /** Adds the administrator while the server does not yet ask who calls. */
    async initialise(folder, { value }) {
      const port = await freePort()
      const url = mongodb.url(port, true, undefined)
      const server = supervise({
        name,
        command: serve(folder, port, true, false),
        stopSignal,
        ping: () => mongodb.ping(url),
        onLine: () => undefined,
        onExit: () => undefined,
      })
      await server.start()
      const roles = [{ role: 'root', db: 'admin' }]
      await connected(url, (client) =>
        client.db('admin').command({ createUser: 'root', pwd: value, roles }),
      ).finally(() => server.stop())
    },
  }
}

/** A server from PyPI with MongoDB's protocol and storage engine, where MongoDB itself is not available. */
async function fromPip(settings: Settings): Promise<Program | undefined> {
  const version = '0.7.0b3'
  const venv = await pipInstall('secantusdb', version, settings)
  if (!venv) return undefined
  return program(`SecantusDB ${version}`, 'pip', (folder, port, durable, secured) => ({
    file: join(venv, 'bin', 'python'),
    args: [
      ...['-m', 'secantus', '--storage-path', folder, '--port', String(port), '--cache-size', '64M'],
      ...(durable ? ['--sync-on-commit'] : []),
      ...(secured ? ['--auth'] : []),
    ],
  }))
}

async function connected<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}
