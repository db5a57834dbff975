import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { adminToken, baseUrl } from '../../e2e/support/api.ts'
import { databasePorts, services } from '../../cluster/support/calls.ts'
import { context, core, helm, kubectl } from '../../cluster/support/kube.ts'
import type { Part, System } from './system.ts'

const namespace = 'matinee'
const inNamespace = ['--namespace', namespace]

/** All pods of a part at once; Kubernetes makes new ones. */
function partOf(name: string, kind: 'deployment' | 'statefulset'): Part {
  const pods = `app.kubernetes.io/name=${name}`
  return {
    name,
    async kill() {
      await kubectl('delete', 'pod', ...inNamespace, '--selector', pods, '--grace-period=0', '--force')
    },
    async restart() {
      await kubectl('rollout', 'status', ...inNamespace, `${kind}/${name}`, '--timeout=120s')
    },
  }
}

async function secret(name: string, key: string): Promise<string> {
  const { data } = await core.readNamespacedSecret({ name, namespace })
  return Buffer.from(data?.[key] ?? '', 'base64').toString()
}

async function setHold(args: string[]): Promise<void> {
  await helm(
    ...['upgrade', 'booking', 'charts/booking', ...inNamespace, '--reset-then-reuse-values'],
    ...[...args, '--wait', '--timeout', '3m'],
  )
}

/** The pods of `make up`. Holds last 20 s until it stops. */
export async function clusterSystem(): Promise<System> {
  const open: AbortController[] = []

  /** The URL of a database for one of its users, reachable from here. */
  async function forward(database: keyof typeof databasePorts, user: string): Promise<string> {
    const over = new AbortController()
    open.push(over)
    const args = [
      '--context',
      context,
      'port-forward',
      ...inNamespace,
      `service/${database}`,
      `:${databasePorts[database]}`,
    ]
    const process = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'], signal: over.signal })
    process.on('error', () => undefined)
    const [line] = (await once(createInterface(process.stdout), 'line')) as [string]
    const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1]
    if (!port) throw new Error(`kubectl port-forward said: ${line}`)
    const url = new URL(await secret(database, `${user}-url`))
    url.host = `127.0.0.1:${port}`
    return url.href
  }

  /** For the customers' own addresses. */
  async function setHops(setting: string): Promise<void> {
    await kubectl('set', 'env', ...inNamespace, 'deployment/dashboard', setting)
  }

  await setHold(['--set', 'config.HOLD_SECONDS=20'])
  await setHops('TRUSTED_HOPS=1')
  return {
    url: baseUrl,
    adminToken: adminToken(),
    parts: [
      ...services.map((name) => partOf(name, 'deployment')),
      ...Object.keys(databasePorts).map((name) => partOf(name, 'statefulset')),
    ],
    ended: [],
    async openStores() {
      return { booking: await forward('postgres', 'booking'), payment: await forward('mysql', 'payment') }
    },
    async stop() {
      for (const over of open) over.abort()
      await setHold(['--set', 'config.HOLD_SECONDS=300'])
      await setHops('TRUSTED_HOPS-')
    },
  }
}
