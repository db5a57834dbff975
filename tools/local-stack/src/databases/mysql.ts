import { writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mariadb'
import { aptInstall, checkReachable, timed } from './fetch.ts'
import { findProgram, isRoot, output, run } from '../process/process.ts'
import { credentials } from './password.ts'
import type { Engine, Program, Settings } from './server.ts'

const VERSION = '8.4'

export const mysql: Engine = {
  kind: 'mysql',
  wanted: `MySQL ${VERSION}`,
  variable: 'MYSQL_URL',
  image: {
    name: `mysql:${VERSION}`,
    port: 3306,
    dataPath: '/var/lib/mysql',
    env: (password) => ({ MYSQL_ROOT_PASSWORD: password }),
    args: (durable) => [...parameters(durable), '--skip-log-bin'],
  },
  programs: [fromPath, fromVendor, fromApt],
  url: (port, _durable, password) => `mysql://${credentials('root', password)}@127.0.0.1:${port}/`,
  async ping(url) {
    await query(url, 'SELECT 1')
  },
  async open(url, name, fresh) {
    const database = `\`${name.replaceAll('`', '``')}\``
    if (fresh) await query(url, `DROP DATABASE IF EXISTS ${database}`)
    const collation = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'
    await query(url, `CREATE DATABASE IF NOT EXISTS ${database} ${collation}`)
    return Object.assign(new URL(url), { pathname: name }).href
  },
}

/** Parameters that both MySQL and MariaDB accept. */
function parameters(durable: boolean): string[] {
  return [
    '--innodb-buffer-pool-size=64M',
    '--performance-schema=OFF',
    '--max-connections=200',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_bin',
    '--default-time-zone=+00:00',
    ...(durable ? [] : ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=OFF']),
  ]
}

async function fromPath({ env }: Settings): Promise<Program | undefined> {
  const more = ['/usr/sbin', '/usr/local/sbin']
  const file = (await findProgram('mysqld', env, more)) ?? (await findProgram('mariadbd', env, more))
  return file ? program(file, 'PATH') : undefined
}

async function fromVendor({ say }: Settings): Promise<Program> {
  await checkReachable('https://cdn.mysql.com')
  const { createDB } = await import('mysql-memory-server')
  const version = await timed(say, `downloading MySQL ${VERSION}`, async () => {
    const downloaded = await createDB({ version: `${VERSION}.x`, downloadRetries: 1 })
    await downloaded.stop()
    return downloaded.mysql.version
  })
  return program(join(tmpdir(), 'mysqlmsn', 'binaries', version, 'mysql', 'bin', 'mysqld'), 'its vendor')
}

/** Installs Debian's package without the service, so that the installation starts nothing. */
async function fromApt(settings: Settings): Promise<Program | undefined> {
  const installed = await aptInstall(['mariadb-server-core', 'mariadb-client-core'], settings)
  return installed ? program('/usr/sbin/mariadbd', 'apt') : undefined
}

async function program(file: string, from: string): Promise<Program> {
  const about = await output(file, ['--version'])
  const version = /Ver (\d+(\.\d+)*)/.exec(about)?.[1] ?? 'of an unknown version'
  const isMariaDb = about.includes('MariaDB')
  const asRoot = isRoot ? ['--user=root'] : []
  return {
    name: `${isMariaDb ? 'MariaDB' : 'MySQL'} ${version}`,
    from,
    stopSignal: 'SIGTERM',
    async initialise(folder, password) {
      const args = ['--no-defaults', `--datadir=${folder}`, ...asRoot]
      const forMariaDb = ['--auth-root-authentication-method=normal', '--skip-test-db', '--force']
      await (isMariaDb
        ? run({ file: 'mariadb-install-db', args: [...args, ...forMariaDb] })
        : run({ file, args: [...args, '--initialize-insecure'] }))
      await writeFile(join(folder, initFile), setPassword(password.value), { mode: 0o600 })
    },
    serve: (folder, port, durable, secured) => ({
      file,
      args: [
        ...['--no-defaults', `--datadir=${folder}`, ...asRoot, '--bind-address=127.0.0.1', `--port=${port}`],
        ...['--socket=mysqld.sock', '--pid-file=mysqld.pid', ...parameters(durable)],
        ...(isMariaDb ? [] : ['--skip-log-bin', '--mysqlx=OFF']),
        ...(secured ? [`--init-file=${join(folder, initFile)}`] : []),
      ],
    }),
  }
}

/** Run by the server at every start, before it accepts connections. */
const initFile = 'matinee-init.sql'

/** MySQL has one root, MariaDB one for each name of this machine. */
function setPassword(password: string): string {
  const local = ['localhost', '127.0.0.1', '::1'].map(
    (host) => `ALTER USER IF EXISTS 'root'@'${host}' IDENTIFIED BY '${password}';`,
  )
  return [...local, `DROP USER IF EXISTS 'root'@'${hostname()}';`].join('\n')
}

async function query(url: string, sql: string): Promise<void> {
  const { hostname: host, port, username, password } = new URL(url)
  const connection = await createConnection({
    host,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    connectTimeout: 2_000,
    queryTimeout: 30_000,
    allowPublicKeyRetrieval: true,
  })
  try {
    await connection.query(sql)
  } finally {
    await connection.end()
  }
}
