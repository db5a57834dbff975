import { rm } from 'node:fs/promises'
import { openDatabase, startDatabases } from './databases/databases.ts'
import { timed } from './databases/fetch.ts'
import type { DatabaseKind, DatabaseServer } from './databases/server.ts'
import { freePort } from './process/ports.ts'
import { startTogether } from './process/supervise.ts'
import { checkPorts } from './check-ports.ts'
import { newSecrets, type Secrets } from './secrets.ts'
import { serviceNames, startService, type Ports, type Service, type ServiceName } from './services.ts'

interface StackOptions {
  /** The folder for the databases and nothing else; unless it is kept, it is emptied first. */
  dataDir: string
  /** Keeps the data for the next start; otherwise stop() removes it. */
  keep?: boolean
  /** Free ones by default. */
  ports?: Ports
  /** Secrets that are left out are generated. */
  secrets?: Partial<Secrets>
  /** More environment for single services. */
  env?: Partial<Record<ServiceName, NodeJS.ProcessEnv>>
  /** Where the built services are. */
  apps?: string
  /** Start the services with V8's flags of the image, for speed, in place of those of `npm start`, which save memory. */
  fast?: boolean
  /** As durable as production (the default): see `StartOptions`. */
  durable?: boolean
  /** Receives a line about each step. */
  say?: (line: string) => void
  /** Receives each log line of a service. */
  onLog?: (service: ServiceName, line: string) => void
  /** Called when a part exits that nobody stopped or killed. */
  onExit?: (part: ServiceName | DatabaseKind, how: string) => void
  /** Aborts the start between two steps. */
  signal?: AbortSignal
}

type DatabaseUrls = Record<Exclude<ServiceName, 'dashboard'>, string>

/** The whole system, running. */
export interface Stack {
  adminToken: string
  databases: Record<DatabaseKind, DatabaseServer>
  /** The database of each service that has one. */
  databaseUrls: DatabaseUrls
  services: Record<ServiceName, Service>
  /** Stops the services, each before those that it calls, then the databases. */
  stop: () => Promise<void>
}

/** Callers stop before the services that they call. */
const stopOrder: ServiceName[][] = [['dashboard'], ['booking'], ['movie', 'payment'], ['theatre']]

/**
 * Starts databases and services; resolves when every service is ready. Throws when a given port is taken or a part
 * fails, with its last log lines; then nothing is left running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, keep = false, durable = true, apps, fast = false, signal } = options
  const { say = () => undefined, onLog = () => undefined, onExit = () => undefined } = options
  if (options.ports)
    await checkPorts(Object.values(options.ports).flatMap(({ port, metricsPort }) => [port, metricsPort]))
  const ports = options.ports ?? (await freePorts())
  // A run that was killed leaves its data.
  if (!keep) await rm(dataDir, { recursive: true, force: true })
  const secrets = { ...newSecrets(), ...options.secrets }
  const databases = await startDatabases({ dataDir, keep, durable, say, onExit })
  const stopDatabases = async () => {
    await Promise.all(Object.values(databases).map((database) => database.stop()))
  }
  try {
    signal?.throwIfAborted()
    const databaseUrls = await openDatabases(databases)
    const env = environments(databaseUrls, secrets, ports, options.env)
    const started = await timed(say, 'services', () =>
      startTogether(
        serviceNames.map((name) =>
          startService(name, {
            ...(apps && { apps }),
            fast,
            ...ports[name],
            env: env(name),
            onLog,
            onExit,
          }),
        ),
      ),
    )
    const services = Object.fromEntries(started.map((service) => [service.name, service])) as Record<
      ServiceName,
      Service
    >
    return {
      adminToken: secrets.ADMIN_TOKEN,
      databases,
      databaseUrls,
      services,
      async stop() {
        for (const names of stopOrder) await Promise.all(names.map((name) => services[name].stop()))
        await stopDatabases()
      },
    }
  } catch (error) {
    await stopDatabases()
    throw error
  }
}

async function freePorts(): Promise<Ports> {
  const entries = serviceNames.map(
    async (name) => [name, { port: await freePort(), metricsPort: await freePort() }] as const,
  )
  return Object.fromEntries(await Promise.all(entries)) as Ports
}

async function openDatabases({
  mongodb,
  postgres,
  mysql,
}: Record<DatabaseKind, DatabaseServer>): Promise<DatabaseUrls> {
  return {
    movie: await openDatabase(mongodb, 'movie'),
    theatre: await openDatabase(mongodb, 'theatre'),
    booking: await openDatabase(postgres, 'booking'),
    payment: await openDatabase(mysql, 'payment'),
  }
}

/** The environment of each service: the user's own, overridden by the URLs and secrets of this stack. */
function environments(
  databaseUrls: DatabaseUrls,
  { ADMIN_TOKEN, FINGERPRINT_SECRET, SESSION_SECRET }: Secrets,
  ports: Ports,
  more: StackOptions['env'],
): (name: ServiceName) => NodeJS.ProcessEnv {
  const url = (name: ServiceName) => `http://127.0.0.1:${ports[name].port}`
  const MOVIE_URL = url('movie')
  const THEATRE_URL = url('theatre')
  const BOOKING_URL = url('booking')
  const PAYMENT_URL = url('payment')
  const inherited = { ...process.env, HOST: '127.0.0.1', METRICS_HOST: '127.0.0.1' }
  const internal = { CHECK_HOST: 'on' }
  const own: Record<ServiceName, NodeJS.ProcessEnv> = {
    theatre: { ...internal, MONGODB_URL: databaseUrls.theatre, ADMIN_TOKEN },
    movie: { ...internal, MONGODB_URL: databaseUrls.movie, THEATRE_URL, ADMIN_TOKEN },
    booking: { ...internal, DATABASE_URL: databaseUrls.booking, MOVIE_URL, THEATRE_URL, PAYMENT_URL },
    payment: { ...internal, DATABASE_URL: databaseUrls.payment, FINGERPRINT_SECRET },
    dashboard: {
      ...{ MOVIE_URL, THEATRE_URL, BOOKING_URL, PAYMENT_URL },
      ...{ SESSION_SECRET, ADMIN_TOKEN, SYSTEM_DETAILS: 'all' },
    },
  }
  return (name) => ({ ...inherited, ...own[name], ...more?.[name] })
}
