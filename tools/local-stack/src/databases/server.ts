import type { Command } from '../process/process.ts'
import type { Password } from './password.ts'

export const databaseKinds = ['mongodb', 'postgres', 'mysql'] as const
export type DatabaseKind = (typeof databaseKinds)[number]

export interface StartOptions {
  /** The folder for the data; each server program has a subfolder. */
  dataDir: string
  /** Keep the data for the next start; otherwise stop() removes it. */
  keep?: boolean
  /** A free port by default. */
  port?: number
  /** Committed data survives SIGKILL and power loss (the default); false is for tests that need speed. */
  durable?: boolean
  /** Receives progress messages, one line each. */
  say?: (line: string) => void
  /** Called when the server ends without stop() or kill(). */
  onExit?: (how: string) => void
  env?: NodeJS.ProcessEnv
}

/** Options with their defaults filled in. */
export type Settings = Required<StartOptions>

export interface DatabaseServer {
  kind: DatabaseKind
  /** The URL of the server itself, for its administrator; see `openDatabase`. */
  url: string
  /** "MariaDB 10.11.19 from PATH (stand-in for MySQL 8.4)" */
  servedBy: string
  /** The process id of a local server; restart() changes it. */
  readonly pid: number | undefined
  /** Shuts the server down and removes its data, unless they are kept. */
  stop: () => Promise<void>
  /** Sends SIGKILL; resolves once the process has ended. */
  kill: () => Promise<void>
  /** Starts the server again after kill(), with the same data and port; resolves once it answers. */
  restart: () => Promise<void>
  /** Freezes the process: the server keeps its connections and answers nothing. PostgreSQL's other processes run on. */
  pause: () => Promise<void>
  /** Lets it go on after pause(). */
  resume: () => Promise<void>
}

/** The specifics of one kind of database. */
export interface Engine {
  kind: DatabaseKind
  /** What the charts run: "PostgreSQL 18". */
  wanted: string
  /** The environment variable for the URL of a server that already runs. */
  variable: string
  image: Image
  /** In order of preference; each returns undefined if it is not available here. */
  programs: ((settings: Settings) => Promise<Program | undefined>)[]
  /** Of the administrator; without a password for data from before there were any. */
  url: (port: number, durable: boolean, password: Password | undefined) => string
  /** Throws unless the server answers within 2 s. */
  ping: (url: string) => Promise<void>
  /** Creates the database if it is missing, empties it if `fresh`, and returns its URL. */
  open: (url: string, name: string, fresh: boolean) => Promise<string>
}

/** A container image of a database server. */
export interface Image {
  name: string
  port: number
  dataPath: string
  /** Sets the administrator's password when the volume is new. */
  env: (password: string) => Record<string, string>
  args: (durable: boolean) => string[]
}

/** A local server program. */
export interface Program {
  /** "MariaDB 10.11.19" */
  name: string
  /** Where it comes from: "PATH", "npm", "apt". */
  from: string
  /** Initialises the empty data folder, for an administrator with this password. */
  initialise: (folder: string, password: Password) => Promise<void>
  /** @param secured whether the folder has been initialised with a password */
  serve: (folder: string, port: number, durable: boolean, secured: boolean) => Command
  stopSignal: NodeJS.Signals
}
