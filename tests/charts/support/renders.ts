import type { KubernetesObject, V1ObjectMeta, V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node'
import { chartNamed, charts } from '@matinee/chart-kit/charts'
import { template } from '@matinee/chart-kit/helm'
import { parseAllDocuments } from 'yaml'

export interface Manifest extends KubernetesObject {
  kind: string
  metadata: V1ObjectMeta & { name: string }
  spec?: Record<string, unknown>
  data?: Record<string, string>
}

interface Render {
  name: string
  objects: Manifest[]
}

/** A pod that an object creates. */
interface PodOf {
  /** Such as `Deployment movie`. */
  owner: string
  kind: string
  replicas: number
  isTest: boolean
  metadata: V1ObjectMeta
  spec: V1PodSpec
}

/** @throws Helm's message */
export async function render(chart: string, ...args: string[]): Promise<Manifest[]> {
  const documents = parseAllDocuments(await template(chartNamed(chart), ...args), { version: '1.1' })
  return documents.map((document) => document.toJS() as Manifest).filter(Boolean)
}

/** The umbrella chart with one of its profiles. */
export async function renderProfile(profile: string, ...args: string[]): Promise<Manifest[]> {
  return render('matinee', '--values', `${chartNamed('matinee').dir}/profiles/${profile}.yaml`, ...args)
}

const everything: Record<string, string> = {
  service: 'monitoring.enabled=true,autoscaling.enabled=true',
  database: 'users={app},persistence.keep=true',
}
const more: Record<string, string> = {
  dashboard: 'httpRoute.enabled=true,ingress.enabled=true',
  movie: 'seed.enabled=true',
}

/** Every chart with all of its optional objects, and the umbrella chart with every profile. */
export async function allRenders(): Promise<Render[]> {
  const alone = charts
    .filter(({ kind }) => kind !== 'umbrella')
    .map(async ({ name, kind }) => {
      const on = [everything[kind], more[name]].filter(Boolean).join(',')
      return { name: `chart ${name}`, objects: await render(name, '--set', on) }
    })
  const whole = chartNamed('matinee').profiles.map(async (profile) => ({
    name: `profile ${profile}`,
    objects: await renderProfile(profile),
  }))
  return Promise.all([...alone, ...whole])
}

/** Every pod of a render: those of workloads, Jobs and tests. */
export function podsOf(objects: Manifest[]): PodOf[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const pod = kind === 'Pod' ? { metadata, spec } : spec?.['template']
    if (!pod) return []
    const { metadata: podMetadata, spec: podSpec } = pod as V1PodTemplateSpec
    return {
      owner: `${kind} ${metadata.name}`,
      kind,
      replicas: (spec?.['replicas'] as number | undefined) ?? 1,
      isTest: metadata.annotations?.['helm.sh/hook'] === 'test',
      metadata: podMetadata ?? {},
      spec: podSpec as V1PodSpec,
    }
  })
}

export function ofKind(objects: Manifest[], kind: string): Manifest[] {
  return objects.filter((object) => object.kind === kind)
}

export function selects(selector: Record<string, string>, labels: Record<string, string> = {}): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value)
}
