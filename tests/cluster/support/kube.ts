import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { AppsV1Api, CoreV1Api, KubeConfig, KubernetesObjectApi, loadAllYaml } from '@kubernetes/client-node'
import type { KubernetesObject } from '@kubernetes/client-node'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)

/** The cluster of `make up`, unless another context is named. */
export const context = process.env['KUBE_CONTEXT'] ?? 'kind-matinee'

const config = new KubeConfig()
config.loadFromDefault()
if (!config.getContextObject(context)) {
  throw new Error(
    `The kubeconfig has no context ${context}. Run make up, or name another one in KUBE_CONTEXT.`,
  )
}
config.setCurrentContext(context)
export const core = config.makeApiClient(CoreV1Api)
export const apps = config.makeApiClient(AppsV1Api)
export const objects = KubernetesObjectApi.makeApiClient(config)

/** Runs a program in the repository's root. @throws Error with its output when it fails */
export async function program(
  file: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  try {
    const options = { cwd: root, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...env } }
    const { stdout } = await run(file, args, options)
    return stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    // Helm warns about every chart that is a symbolic link.
    const said = stderr.replace(/^walk\.go.*\n/gm, '')
    throw new Error(`${file} ${args.join(' ')}\n${stdout}${said}`)
  }
}

export const kubectl = (...args: string[]) => program('kubectl', ['--context', context, ...args])
export const istioctl = (...args: string[]) => program('istioctl', ['--context', context, ...args])
export const helm = (...args: string[]) => program('helm', ['--kube-context', context, ...args])

/** Renders the objects of a chart, as release `matinee`. */
export async function render(
  chart: string,
  namespace: string,
  ...args: string[]
): Promise<KubernetesObject[]> {
  const yaml = await helm('template', 'matinee', chart, '--namespace', namespace, ...args)
  return loadAllYaml(yaml).filter(Boolean) as KubernetesObject[]
}

/** Runs JavaScript in a pod, because our images contain Node and no shell. @returns its output */
export function node(namespace: string, target: string, script: string): Promise<string> {
  return kubectl(
    'exec',
    '--namespace',
    namespace,
    target,
    '--',
    '/nodejs/bin/node',
    '--input-type=module',
    '--eval',
    script,
  )
}

/**
 * Evaluates an expression in the service's own process, through Node's inspector.
 *
 * @returns its value; undefined when the process ended
 */
export async function evaluate(namespace: string, pod: string, expression: string): Promise<unknown> {
  const request = { id: 1, method: 'Runtime.evaluate', params: { expression, returnByValue: true } }
  const script = `
    process.kill(1, 'SIGUSR1')
    const targets = async () => {
      for (;;) {
        try { return await (await fetch('http://127.0.0.1:9229/json')).json() }
        catch { await new Promise((resolve) => setTimeout(resolve, 20)) }
      }
    }
    const [{ webSocketDebuggerUrl }] = await targets()
    const socket = new WebSocket(webSocketDebuggerUrl)
    socket.onopen = () => socket.send(${JSON.stringify(JSON.stringify(request))})
    const { data = '{}' } = await new Promise((resolve) => { socket.onmessage = socket.onclose = resolve })
    socket.close()
    console.log(data)`
  const answer = JSON.parse(await node(namespace, pod, script)) as { result?: { result: { value: unknown } } }
  return answer.result?.result.value
}

/**
 * Ends the process of a pod immediately, as SIGKILL does, without any cleanup. The first process of a container ignores a
 * SIGKILL from inside, so it has to abort itself.
 */
export async function crash(namespace: string, pod: string): Promise<void> {
  const restarts = async () => {
    const { status } = await core.readNamespacedPod({ name: pod, namespace })
    return status?.containerStatuses?.[0]?.restartCount ?? 0
  }
  const before = await restarts()
  // The command fails because it ends its own container.
  const failure: unknown = await evaluate(namespace, pod, 'process.abort()').catch((error: unknown) => error)
  const until = performance.now() + 60_000
  while ((await restarts()) === before) {
    if (performance.now() > until) throw new Error(`${pod} did not crash`, { cause: failure })
    await sleep(200)
  }
}

/** The names of the running pods of a service. */
export async function podsOf(namespace: string, service: string): Promise<string[]> {
  const { items } = await core.listNamespacedPod({
    namespace,
    labelSelector: `app.kubernetes.io/name=${service}`,
  })
  return items
    .filter(({ metadata, status }) => !metadata?.deletionTimestamp && status?.phase === 'Running')
    .flatMap(({ metadata }) => metadata?.name ?? [])
}

/** Whether the system runs in a mesh, behind its gateway. */
export async function inMesh(namespace: string): Promise<boolean> {
  const { items } = await apps.listNamespacedDeployment({ namespace })
  return items.some(({ metadata }) => metadata?.name === 'matinee-istio')
}

/** An idle pod, to run `node` in. */
interface IdlePod {
  serviceAccountName?: string
  labels?: Record<string, string>
}

/** Deletes objects that an interrupted run left, and waits until they are gone. */
const clear = (...what: string[]) =>
  kubectl('delete', ...what, '--ignore-not-found', '--wait', '--timeout=180s')

/** Creates a namespace with the same Pod Security level as Matinee's own. */
export async function startNamespace(name: string): Promise<void> {
  await clear('namespace', name)
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await core.createNamespace({ body: { metadata: { name, labels } } })
}

/** Starts an idle pod with the movie service's image, and waits until it is ready. */
export async function startPod(
  namespace: string,
  name: string,
  { serviceAccountName = 'default', labels = {} }: IdlePod = {},
): Promise<void> {
  await clear('pod', name, '--namespace', namespace)
  const movie = await apps.readNamespacedDeployment({ name: 'movie', namespace })
  const image = movie.spec?.template.spec?.containers[0]?.image ?? ''
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
  await core.createNamespacedPod({
    namespace,
    body: {
      metadata: { name, labels },
      spec: {
        serviceAccountName,
        automountServiceAccountToken: false,
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 0,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65532,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          { name: 'idle', image, args: ['--eval', 'setInterval(() => {}, 1e9)'], securityContext },
        ],
      },
    },
  })
  await kubectl('wait', '--namespace', namespace, '--for=condition=Ready', `pod/${name}`, '--timeout=120s')
}

export const profile = (name: string) => `charts/matinee/profiles/${name}.yaml`
