import { readFile } from 'node:fs/promises'
import { loadYaml } from '@kubernetes/client-node'

/** Methods and paths that one service may ask of another; `{*}` is one part of a path. */
export interface Call {
  methods: string[]
  paths: string[]
}

/** By the service that is called, then by its caller. */
export type Calls = Record<string, Record<string, Call[]>>

const table = new URL('../../../charts/library/templates/_calls.tpl', import.meta.url)

/** Who may call whom: the table that the policies of the charts are made of. */
export async function readCalls(): Promise<Calls> {
  const template = await readFile(table, 'utf8')
  const yaml = /define "matinee\.calls" -\}\}\n(.*?)\{\{- end/s.exec(template)?.[1]
  if (!yaml) throw new Error(`${table.pathname} holds no table`)
  return loadYaml<Calls>(yaml)
}

export const services = ['dashboard', 'movie', 'theatre', 'booking', 'payment']
/** By the database, those that may connect to it. */
export const databaseUsers: Record<string, string[]> = {
  mongodb: ['movie', 'theatre'],
  postgres: ['booking'],
  mysql: ['payment'],
}
export const databasePorts = { mongodb: 27017, postgres: 5432, mysql: 3306 }

/** The ServiceAccount that Istio makes for the gateway's pods. */
export const gateway = 'matinee-istio'

/** Those that may call a service or connect to a database; the gateway alone calls the dashboard. */
export function callersOf(target: string, calls: Calls): string[] {
  return databaseUsers[target] ?? (target === 'dashboard' ? [gateway] : Object.keys(calls[target] ?? {}))
}
