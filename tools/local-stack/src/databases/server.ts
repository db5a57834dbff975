import type { Command } from '../process/process.ts'

export const databaseKinds = ['mongodb', 'postgres', 'mysql'] as const
export type DatabaseKind = (typeof databaseKinds)[number]

export interface StartOptions {
  /** The folder for the data; each server program has its own below it. */
  dataDir: string
  /** Leave the data there for the next start; otherwise stop() removes it. */
  keep?: boolean
  /** A free one when left out. */
  port?: number
  /** Committed data survives SIGKILL and power loss (the default); false is for tests that need speed. */
  durable?: boolean
  /** Takes a line about each thing that is found, fetched or started. */
  say?: (line: string) => void
  /** Called when the server ends without stop() or kill(). */
  onExit?: (how: string) => void
  env?: NodeJS.ProcessEnv
}

/** Options with their defaults filled in. */
export type Settings = Required<StartOptions>

export interface DatabaseServer {
  kind: DatabaseKind
  /** The server's own URL, as its administrator; see `openDatabase`. */
  url: string
  /** "MariaDB 10.11.19 from PATH (stand-in for MySQL 8.4)" */
  servedBy: string
  /** Its process, where it is one of this machine's; another after restart(). */
  readonly pid: number | undefined
  /** Ends it cleanly and, unless the data is kept, leaves nothing behind. */
  stop: () => Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill: () => Promise<void>
  /** Starts it again after kill(), on the same data and port; resolves when it answers. */
  restart: () => Promise<void>
}

/** What is particular to one kind of database. */
export interface Engine {
  kind: DatabaseKind
  /** What the charts run: "PostgreSQL 18". */
  wanted: string
  /** The environment variable that names a server to use as it is. */
  variable: string
  image: Image
  /** In order of choice; each gives undefined when it has nothing to offer here. */
  programs: ((settings: Settings) => Promise<Program | undefined>)[]
  url: (port: number, durable: boolean) => string
  /** Throws unless the server answers within 2 s. */
  ping: (url: string) => Promise<void>
  /** Makes the database where it is missing, empties it when `fresh`, and gives its URL. */
  open: (url: string, name: string, fresh: boolean) => Promise<string>
}

/** A container image of a database server. */
export interface Image {
  name: string
  port: number
  dataPath: string
  env: Record<string, string>
  args: (durable: boolean) => string[]
}

/** A server program of this machine. */
export interface Program {
  /** "MariaDB 10.11.19" */
  name: string
  /** Where it comes from: "PATH", "npm", "apt". */
  from: string
  /** Fills the empty data folder. */
  initialise?: (folder: string) => Promise<void>
  serve: (folder: string, port: number, durable: boolean) => Command
  stopSignal: NodeJS.Signals
}
