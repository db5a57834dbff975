import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@matinee/test-kit/eventually'
import { createBrowser } from '../../../apps/dashboard/tests/browser.ts'
import { adminToken, api, baseUrl, holdSeat } from '../../e2e/support/api.ts'
import { kubectl, program } from '../support/kube.ts'

const namespace = 'matinee'
const ttlSeconds = 25
const browser = createBrowser(baseUrl)

/** The row of a service on `/system`, as an admin sees it: state, store, version, breakers. */
async function row(service: string): Promise<string> {
  const { text } = await browser.get('/system')
  return text.split(`<th scope="row">${service}</th>`)[1]?.split('</tr>')[0] ?? 'not there'
}

async function isWell(): Promise<boolean> {
  const { text } = await browser.get('/system')
  const times = [...text.matchAll(/>(\d+) ms</g)].map(([, ms]) => Number(ms))
  return times.length === 4 && Math.max(...times) < 1_000 && !/>(down|not known)<| (half-)?open</.test(text)
}

/** Checks repeatedly, because a fault may affect only half of the requests. */
async function expectWell(): Promise<void> {
  for (let times = 0; times < 8; times += 1) {
    expect(await isWell()).toBe(true)
    await sleep(100)
  }
}

beforeAll(async () => {
  // A second pod would hide the effect of theatre-killed.
  await kubectl('scale', '--namespace', namespace, 'deployment/theatre', '--replicas=1')
  await browser.get('/admin')
  await browser.submit('/admin/sign-in', { secret: adminToken() })
  await eventually(expectWell, 60_000)
})

afterAll(() => program('scripts/cluster/heal', []))

it.each([
  { name: 'payment-slow', service: 'payment', shows: />up<.*>1[6-9]\d\d ms</ },
  { name: 'payment-failing', service: 'payment', shows: />down</ },
  { name: 'movie-unreachable', service: 'movie', shows: />down</ },
  { name: 'partition', service: 'booking', shows: /payment open/ },
  { name: 'theatre-killed', service: 'theatre', shows: />down</ },
  { name: 'database-restart', service: 'booking', shows: />up<.*PostgreSQL.*>down</ },
])('$name shows on /system, and heals by itself', async ({ name, service, shows }) => {
  // It is not paid, so that each confirmation calls payment.
  const { id } = await holdSeat()
  const injected = performance.now()
  await program('scripts/cluster/fault', [], { NAME: name, TTL: String(ttlSeconds) })
  await eventually(async () => {
    await api('POST', `/bookings/${id}/confirm`)
    expect(await row(service)).toMatch(shows)
  }, 20_000)
  const shown = (performance.now() - injected) / 1_000

  await eventually(async () => {
    expect(await kubectl('get', 'job', `fault-${name}`, '--namespace', namespace, '--ignore-not-found')).toBe(
      '',
    )
  }, 60_000)
  const ended = (performance.now() - injected) / 1_000
  await eventually(expectWell, 60_000)
  const well = (performance.now() - injected) / 1_000

  process.stderr.write(
    `${name}: seen after ${shown.toFixed(1)} s, ended after ${ended.toFixed(1)} s, all well after ${well.toFixed(1)} s\n`,
  )
  expect(ended).toBeGreaterThan(ttlSeconds - 1)
  expect(ended).toBeLessThan(ttlSeconds + 10)
  expect(well).toBeLessThan(ttlSeconds + 30)
  const left = 'envoyfilter,authorizationpolicy,pod,serviceaccount,role,rolebinding'
  expect(await kubectl('get', left, '--namespace', namespace, '--output=name')).not.toContain('fault-')
})

it('make heal ends a fault at once', async () => {
  await program('scripts/cluster/fault', [], { NAME: 'movie-unreachable' })
  await eventually(async () => {
    expect(await row('movie')).toMatch(/>down</)
  }, 20_000)

  await program('scripts/cluster/heal', [])

  await eventually(expectWell, 15_000)
})
