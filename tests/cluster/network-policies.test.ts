import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { callersOf, databasePorts, readCalls, services } from './support/calls.ts'
import { core, kubectl, node, startPod } from './support/kube.ts'

const namespace = 'matinee'
const calls = await readCalls()

const targets = [
  ...services.map((name) => ({ name, port: 80 })),
  ...Object.entries(databasePorts).map(([name, port]) => ({ name, port })),
]

/** Whether the table of calls allows a connection. The dashboard is the public edge. */
function mayReach(caller: string, target: string): boolean {
  if (target === 'dashboard') return true
  return callersOf(target, calls).includes(caller)
}

/** Which targets accept a connection from a pod within a second. */
async function reachableFrom(target: string): Promise<Record<string, boolean>> {
  const script = `
    import { connect } from 'node:net'
    const reaches = ({ name, port }) => new Promise((resolve) => {
      const socket = connect({ host: name, port, timeout: 1000 })
      const end = (reached) => { socket.destroy(); resolve([name, reached]) }
      socket.once('connect', () => end(true)).once('timeout', () => end(false)).once('error', () => end(false))
    })
    const all = await Promise.all(${JSON.stringify(targets)}.map(reaches))
    console.log(JSON.stringify(Object.fromEntries(all)))`
  return JSON.parse(await node(namespace, target, script)) as Record<string, boolean>
}

const expected = (caller: string) =>
  Object.fromEntries(targets.map(({ name }) => [name, mayReach(caller, name)]))

describe('between the real pods', () => {
  it.each(services)('%s reaches what it calls, its own database, and nothing else', async (caller) => {
    const reached = await reachableFrom(`deployment/${caller}`)
    // The dashboard accepts everybody, but a service that does not call it may not connect to it.
    expect(reached).toEqual({ ...expected(caller), dashboard: false })
  })
})

describe('a stranger', () => {
  beforeAll(() => startPod(namespace, 'stranger'))

  afterAll(async () => {
    await core.deleteNamespacedPod({ name: 'stranger', namespace, gracePeriodSeconds: 0 })
  })

  it('reaches the public edge, and no service or database behind it', async () => {
    expect(await reachableFrom('pod/stranger')).toEqual(expected('stranger'))
  })

  it.each(['booking', 'movie', 'theatre', 'payment', 'dashboard', 'movie-seed'])(
    'with the label of %s reaches what that service reaches: the label decides',
    async (caller) => {
      await kubectl(
        'label',
        '--namespace',
        namespace,
        '--overwrite',
        'pod/stranger',
        `app.kubernetes.io/name=${caller}`,
      )
      // A new label takes a moment to reach the policies.
      await eventually(async () => {
        expect(await reachableFrom('pod/stranger')).toEqual(expected(caller))
      }, 15_000)
    },
  )
})
