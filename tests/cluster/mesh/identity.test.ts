import { beforeAll, describe, expect, it } from '@jest/globals'
import { api, goodCard, holdSeat } from '../../e2e/support/api.ts'
import { callersOf, readCalls } from '../support/calls.ts'
import { evaluate, istioctl, podsOf } from '../support/kube.ts'

const namespace = 'matinee'
const calls = await readCalls()

/**
 * Records the callers in a service's own process. Its proxy verifies the client's certificate and appends the identity to
 * X-Forwarded-Client-Cert. The kubelet's probes have none.
 */
const noteCallers = `
  globalThis.callers ??= (() => {
    const seen = new Set()
    const { Server } = process.getBuiltinModule('node:http')
    const { emit } = Server.prototype
    Server.prototype.emit = function (event, ...args) {
      if (event === 'request' && !/^.(livez|readyz)$/.test(args[0].url)) {
        const certificate = args[0].headers['x-forwarded-client-cert'] ?? ''
        seen.add(/.*URI=([^;,]+)/.exec(certificate)?.[1] ?? 'nobody')
      }
      return emit.call(this, event, ...args)
    }
    return seen
  })();
  [...globalThis.callers].filter((caller) => globalThis.callers.delete(caller))`

/** The callers since the previous call, sorted. */
async function callersSeenBy(service: string): Promise<string[]> {
  const pods = await podsOf(namespace, service)
  const seen = await Promise.all(
    pods.map((pod) => evaluate(namespace, pod, noteCallers) as Promise<string[]>),
  )
  return [...new Set(seen.flat())].sort()
}

async function buyTicket(): Promise<void> {
  const { id, amount, currency } = await holdSeat()
  await api('POST', '/payments', { bookingId: id, amount, currency, card: goodCard })
  expect((await api('POST', `/bookings/${id}/confirm`)).body).toMatchObject({ status: 'confirmed' })
}

describe('while a ticket is bought', () => {
  beforeAll(async () => {
    for (const service of Object.keys(calls)) await callersSeenBy(service)
    await buyTicket()
  })

  it.each(Object.keys(calls))(
    '%s sees the callers in the table, identified by their certificates',
    async (service) => {
      const identities = callersOf(service, calls).map(
        (name) => `spiffe://cluster.local/ns/matinee/sa/${name}`,
      )
      const others = identities.filter((identity) => !identity.endsWith('-seed'))
      expect(await callersSeenBy(service)).toEqual(others.sort())
    },
  )
})

describe('istioctl', () => {
  it('finds nothing wrong', async () => {
    // Throws on any finding, with its text.
    await istioctl('analyze', '--namespace', namespace, '--failure-threshold', 'Info')
  })

  it('reports every proxy as up to date', async () => {
    const status = await istioctl('proxy-status')
    expect(status.match(/\.matinee /g)?.length).toBeGreaterThanOrEqual(9)
    expect(status).not.toMatch(/STALE|NOT SENT|ERROR/i)
  })
})
