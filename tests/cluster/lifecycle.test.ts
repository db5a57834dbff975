import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@matinee/test-kit/eventually'
import { services } from './support/calls.ts'
import { apps, core, helm, kubectl, profile, startNamespace } from './support/kube.ts'

/** A separate Matinee on the second port of kind-config.yaml, which otherwise only the gateway of a mesh uses. */
const namespace = 'matinee-lifecycle'
process.env['BASE_URL'] = 'http://localhost:8443'
const { api } = await import('../e2e/support/api.ts')
const { sendShoppers } = await import('./support/shoppers.ts')

const folder = 'tests/cluster/released'
const [released = ''] = (await readdir(new URL('released/', import.meta.url))).sort().reverse()
/** The release stores what was rendered, so that a rollback to it keeps this. */
const probesOfToday = [
  '--post-renderer',
  process.execPath,
  '--post-renderer-args',
  'tests/cluster/support/released-probes.js',
]
const say = (line: string) => process.stderr.write(`${line}\n`)

/** The images of the running system: only the charts change here. */
async function images(): Promise<string[]> {
  const { items } = await apps.listNamespacedDeployment({ namespace: 'matinee' })
  return items.flatMap(({ metadata, spec }) => {
    const [repository, tag] = (spec?.template.spec?.containers[0]?.image ?? '').split(/:(?=[^:]*$)/)
    return [
      '--set',
      `${metadata?.name}.image.repository=${repository}`,
      '--set',
      `${metadata?.name}.image.tag=${tag}`,
    ]
  })
}

async function upgrade(chart: string, ...args: string[]): Promise<void> {
  await helm(
    'upgrade',
    '--install',
    'matinee',
    chart,
    '--namespace',
    namespace,
    '--values',
    profile('default'),
    '--set',
    'dashboard.service.nodePort=30443',
    ...(await images()),
    '--wait',
    '--timeout',
    '5m',
    ...args,
  )
}

async function expectNoFailure(what: string, change: () => Promise<unknown>): Promise<string[]> {
  const shoppers = await sendShoppers(10, false)
  await sleep(1_000)
  await change()
  await sleep(2_000)
  await shoppers.stop()
  const { traffic } = shoppers
  const failures = [...traffic.failures(), ...shoppers.surprises]
  say(`${what}: ${traffic.outcomes.length} requests, ${failures.length} failed`)
  expect(shoppers.confirmed.length).toBeGreaterThan(5)
  expect(failures).toEqual([])
  return shoppers.confirmed
}

async function token(): Promise<string> {
  const { data } = await core.readNamespacedSecret({ name: 'theatre', namespace })
  return Buffer.from(data?.['ADMIN_TOKEN'] ?? '', 'base64').toString()
}

const confirmed: string[] = []
async function expectKept(): Promise<void> {
  expect(confirmed.length).toBeGreaterThan(0)
  for (const id of confirmed)
    expect((await api('GET', `/bookings/${id}`)).body).toMatchObject({ status: 'confirmed' })
  expect(await token()).toBe(process.env['ADMIN_TOKEN'])
}

beforeAll(() => startNamespace(namespace))

afterAll(async () => {
  await core.deleteNamespace({ name: namespace })
})

it(`the last release, ${released}, can be installed, and its own tests pass`, async () => {
  await upgrade(`${folder}/${released}`, ...probesOfToday)
  process.env['ADMIN_TOKEN'] = await token()
  await helm('test', 'matinee', '--namespace', namespace, '--timeout', '3m')
  expect((await api('GET', '/movies')).body.items.length).toBeGreaterThan(5)
})

it('an upgrade to the charts of this checkout fails no request and loses nothing', async () => {
  confirmed.push(
    ...(await expectNoFailure('upgrade', () =>
      // Also changes a setting, so that every pod is replaced.
      upgrade('charts/matinee', ...services.flatMap((name) => ['--set', `${name}.config.LOG_LEVEL=warn`])),
    )),
  )
  await helm('test', 'matinee', '--namespace', namespace, '--timeout', '3m')
  await expectKept()
})

it('a rollback to the release fails no request and loses nothing', async () => {
  confirmed.push(
    ...(await expectNoFailure('rollback', () =>
      helm('rollback', 'matinee', '1', '--namespace', namespace, '--wait', '--timeout', '5m'),
    )),
  )
  await expectKept()
})

it('an uninstalled release leaves nothing behind, and can be installed again', async () => {
  await helm('uninstall', 'matinee', '--namespace', namespace, '--wait', '--timeout', '3m')
  const kinds = (await kubectl('api-resources', '--namespaced', '--verbs=list', '--output=name'))
    .trim()
    .split('\n')
  const own = kinds.filter((kind) => !/^(events|endpoints|endpointslices|pods\.metrics|leases)/.test(kind))
  // Some pods still have their grace period when Helm returns.
  await eventually(async () => {
    const left = await kubectl('get', own.join(','), '-n', namespace, '-o', 'name', '--ignore-not-found')
    const ours = left
      .trim()
      .split('\n')
      .filter((name) => !/kube-root-ca.crt|istio-ca|serviceaccount\/default/.test(name))
    expect(ours).toEqual([])
  }, 90_000)
  await upgrade('charts/matinee')
  expect((await api('GET', '/movies')).status).toBe(200)
})
