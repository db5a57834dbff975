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

/** Who may open a connection to what, by the table of calls. The dashboard is the public edge. */
function mayReach(caller: string, target: string): boolean {
  if (target === 'dashboard') return true
  return callersOf(target, calls).includes(caller)
}

/** What of all targets answers to a connection from a pod, within a second. */
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
    // The dashboard is open to all, but who does not call it has no way out to it.
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
    'labelled as %s is let in where that is: it is the label that decides, and the connections do work',
    async (caller) => {
      await kubectl(
        'label',
        '--namespace',
        namespace,
        '--overwrite',
        'pod/stranger',
        `app.kubernetes.io/name=${caller}`,
      )
      // A policy takes a moment to know a pod's new label.
      await eventually(async () => {
        expect(await reachableFrom('pod/stranger')).toEqual(expected(caller))
      }, 15_000)
    },
  )
})
