import { readFile } from 'node:fs/promises'
import { loadYaml } from '@kubernetes/client-node'

/** Methods and paths that one service may call on another; `{*}` is one path segment. */
export interface Call {
  methods: string[]
  paths: string[]
}

/** By callee, then by caller. */
export type Calls = Record<string, Record<string, Call[]>>

const table = new URL('../../../charts/library/templates/_calls.tpl', import.meta.url)

/** Who may call whom: the table from which the charts generate their policies. */
export async function readCalls(): Promise<Calls> {
  const template = await readFile(table, 'utf8')
  const yaml = /define "matinee\.calls" -\}\}\n(.*?)\{\{- end/s.exec(template)?.[1]
  if (!yaml) throw new Error(`${table.pathname} contains no table`)
  return loadYaml<Calls>(yaml)
}

export const services = ['dashboard', 'movie', 'theatre', 'booking', 'payment']
/** The services that may connect to each database. */
export const databaseUsers: Record<string, string[]> = {
  mongodb: ['movie', 'theatre'],
  postgres: ['booking'],
  mysql: ['payment'],
}
export const databasePorts = { mongodb: 27017, postgres: 5432, mysql: 3306 }

/** The ServiceAccount that Istio creates for the gateway's pods. */
export const gateway = 'matinee-istio'

/** Who may call a service or connect to a database; only the gateway may call the dashboard. */
export function callersOf(target: string, calls: Calls): string[] {
  return databaseUsers[target] ?? (target === 'dashboard' ? [gateway] : Object.keys(calls[target] ?? {}))
}
