import { randomUUID } from 'node:crypto'
import type { Calls } from './calls.ts'
import { databasePorts } from './calls.ts'
import { node } from './kube.ts'

/** A request to a service, or a connection to a database. */
export type Attempt = { target: string; method: string; path: string } | { target: string; port: number }

/** Cut off: no answer, as when a proxy closes the connection. */
export type Outcome = 'let in' | 'refused' | 'cut off'

/** A message that each database answers. MySQL sends its greeting first, and answers an empty packet with an error. */
const hello: Record<string, string> = {
  // OP_MSG { hello: 1, $db: 'admin' }
  mongodb:
    '340000000100000000000000dd07000000000000001f0000001068656c6c6f0001000000022464620006000000' +
    '61646d696e0000',
  // SSLRequest
  postgres: '0000000804d2162f',
  mysql: '0100000100',
}

export const nameOf = (attempt: Attempt) =>
  'port' in attempt ? attempt.target : `${attempt.target} ${attempt.method} ${attempt.path}`

/** Every request that the table allows anybody, one request that it allows nobody, and every database. */
export function allAttempts(calls: Calls): Attempt[] {
  const requests = Object.entries(calls).flatMap(([target, callers]) => {
    const operations = Object.values(callers)
      .flat()
      .flatMap(({ methods, paths }) => methods.flatMap((method) => paths.map((path) => `${method} ${path}`)))
    return [...new Set([...operations, 'GET /'])].map((operation) => {
      const [method = '', path = ''] = operation.split(' ')
      return { target, method, path }
    })
  })
  return [...requests, ...Object.entries(databasePorts).map(([target, port]) => ({ target, port }))]
}

/** Makes the attempts from a pod. @returns their outcomes by name */
export async function attempt(
  namespace: string,
  pod: string,
  attempts: Attempt[],
): Promise<Record<string, Outcome>> {
  const script = `
    import { connect } from 'node:net'
    const ask = async ({ target, method, path }) => {
      try {
        const url = 'http://' + target + path.replaceAll('{*}', '${randomUUID()}')
        const { status } = await fetch(url, { method, signal: AbortSignal.timeout(10_000) })
        return status === 403 ? 'refused' : 'let in'
      } catch {
        return 'cut off'
      }
    }
    const hello = ${JSON.stringify(hello)}
    const talk = ({ target, port }) => new Promise((resolve) => {
      const socket = connect({ host: target, port, timeout: 10_000 })
      let spoken = false
      const speak = () => { spoken = true; socket.write(Buffer.from(hello[target], 'hex')) }
      socket.once('connect', () => { if (target !== 'mysql') speak() })
      socket.on('data', () => { if (spoken) { resolve('let in'); socket.destroy() } else speak() })
      socket.once('timeout', () => socket.destroy()).once('error', () => {}).once('close', () => resolve('cut off'))
    })
    const attempts = ${JSON.stringify(attempts.map((each) => [nameOf(each), each]))}
    const outcomes = attempts.map(async ([name, each]) => [name, await (each.port ? talk(each) : ask(each))])
    console.log(JSON.stringify(Object.fromEntries(await Promise.all(outcomes))))`
  return JSON.parse(await node(namespace, pod, script)) as Record<string, Outcome>
}
