import { describe, expect, it } from '@jest/globals'
import { callersIn, readPolicies, targetsIn } from './support/reach.ts'
import type { Target } from './support/reach.ts'
import { ofKind, renderProfile } from './support/renders.ts'
import { callersOf, databaseUsers, readCalls } from '../cluster/support/calls.ts'

const calls = await readCalls()

const profiles = [
  { name: 'default', objects: await renderProfile('default'), monitored: false },
  { name: 'mesh', objects: await renderProfile('mesh'), monitored: false },
  { name: 'production', objects: await renderProfile('production'), monitored: true },
]

/** Who calls what, according to the table of calls and the databases' users. Everyone may call the dashboard. */
function isCaller(caller: string, { name, port }: Target, monitored: boolean): boolean {
  if (port.name === 'metrics') return monitored && caller === 'prometheus'
  if (name === 'dashboard') return true
  return callersOf(name, calls).includes(caller) || caller === `${name}-test`
}

describe.each(profiles)('profile $name', ({ objects, monitored }) => {
  const { letsIn, letsOut } = readPolicies(objects)
  const callers = callersIn(objects)
  const targets = targetsIn(objects)

  it.each(targets)('$name $port.name lets in exactly its callers', (target) => {
    const letIn = callers.filter((caller) => letsIn(target, caller)).map(({ name }) => name)
    expect(letIn).toEqual(callers.map(({ name }) => name).filter((name) => isCaller(name, target, monitored)))
  })

  it.each(callers.filter(({ name }) => name in calls))(
    '$name can connect exactly to what it calls',
    (caller) => {
      const reached = targets
        .filter((target) => letsOut(caller, target))
        .map(({ name, port }) => `${name} ${port.name}`)
      const called = targets.filter(({ name, port }) =>
        port.name === 'http'
          ? Object.hasOwn(calls[name] ?? {}, caller.name)
          : databaseUsers[name]?.includes(caller.name),
      )
      expect(reached).toEqual(called.map(({ name, port }) => `${name} ${port.name}`))
    },
  )

  it('no database can connect to anything', () => {
    const databases = callers.filter(({ name }) => name in databaseUsers)
    expect(databases.filter((database) => targets.some((target) => letsOut(database, target)))).toEqual([])
  })

  it('no service can leave the cluster, except to its own database', () => {
    const ports = [80, 443, 3306, 5432, 8080, 27017]
    const out = callers
      .filter(({ name }) => name in calls)
      .map((caller) => [
        caller.name,
        ports.filter((number) => letsOut(caller, { name: 'outside', port: { name: '', number } })),
      ])
    const own = { booking: [5432], dashboard: [], movie: [27017], payment: [3306], theatre: [27017] }
    const none = { booking: [], dashboard: [], movie: [], payment: [], theatre: [] }
    expect(Object.fromEntries(out)).toEqual(monitored ? own : none)
  })

  it("every service can use the cluster's DNS, and no other", () => {
    const dns = (labels: Record<string, string>, namespace: string): Target => ({
      name: 'dns',
      labels,
      namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
      port: { name: 'dns', number: 53 },
    })
    for (const caller of callers.filter(({ name }) => name in calls)) {
      expect(letsOut(caller, dns({ 'k8s-app': 'kube-dns' }, 'kube-system'))).toBe(true)
      expect(letsOut(caller, dns({ 'k8s-app': 'kube-dns' }, 'elsewhere'))).toBe(false)
      expect(letsOut(caller, dns({}, 'kube-system'))).toBe(false)
    }
  })
})

describe('node ports', () => {
  it('lead only to the dashboard, and only to its HTTP port', async () => {
    const objects = await renderProfile('default', '--set', 'dashboard.monitoring.enabled=true')
    const open = ofKind(objects, 'Service').filter(
      ({ spec }) => spec?.['type'] && spec['type'] !== 'ClusterIP',
    )
    expect(open.map(({ metadata }) => metadata.name)).toEqual(['dashboard'])
    expect(open[0]?.spec?.['ports']).toEqual([
      expect.objectContaining({ targetPort: 'http', nodePort: 30080 }),
    ])
  })

  it('belong to the gateway in the mesh', async () => {
    const objects = await renderProfile('mesh')
    expect(ofKind(objects, 'Service').filter(({ spec }) => spec?.['type'] === 'NodePort')).toEqual([])
    const gateway = ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === 'dashboard-gateway')
    expect(gateway?.data?.['service']).toContain('nodePort: 30080')
  })

  it('are not used in production', async () => {
    const services = ofKind(await renderProfile('production'), 'Service')
    expect(services.filter(({ spec }) => spec?.['type'] === 'NodePort')).toEqual([])
  })
})
