import { readFileSync } from 'node:fs'
import type { Chart } from './charts.ts'
import type { Schema } from './schema.ts'
import { readValues } from './values.ts'
import type { Value } from './values.ts'

/** What each template makes, and when. */
const objects: Record<string, string> = {
  'canary.yaml': 'Deployment of a second version, with `canary.enabled` and in the mesh',
  'configmap.yaml': 'ConfigMap',
  'deployment.yaml': 'Deployment',
  'deny-all.yaml': 'AuthorizationPolicy that lets nobody call what has no policy of its own, in the mesh',
  'gateway.yaml': 'Gateway with its Service and its certificate, with `gateway.enabled` and in the mesh',
  'hpa.yaml': 'HorizontalPodAutoscaler, with `autoscaling.enabled`',
  'httproute.yaml': 'HTTPRoute, with `httpRoute.enabled` or `gateway.enabled` and in the mesh',
  'ingress.yaml': 'Ingress, with `ingress.enabled`',
  'istio.yaml':
    'PeerAuthentication, AuthorizationPolicy, Sidecar and, of a service, DestinationRule and VirtualService, in the mesh',
  'networkpolicy.yaml': 'NetworkPolicy, unless `networkPolicy.enabled=false`',
  'pdb.yaml': 'PodDisruptionBudget, unless `podDisruptionBudget.enabled=false`',
  'prometheusrule.yaml': 'PrometheusRule, with `monitoring.enabled`',
  'secret.yaml': 'Secret, of what no other Secret is named for',
  'seed.yaml': 'Job that adds the programme, with `seed.enabled`',
  'service.yaml': 'Service',
  'serviceaccount.yaml': 'ServiceAccount',
  'servicemonitor.yaml': 'ServiceMonitor and a Service of the metrics, with `monitoring.enabled`',
  'statefulset.yaml': 'StatefulSet with a volume',
  'tests/api.yaml': 'Pod for `helm test`',
}

/** `README.md` of a chart. */
export function readmeOf(chart: Chart, schema: Schema): string {
  return [
    '<!-- Made by `make charts-generate` of Chart.yaml, values.yaml and the templates. -->',
    `# ${chart.name}`,
    `${chart.description}.`,
    install(chart),
    '## What it installs',
    contents(chart),
    ...(chart.profiles.length > 0 ? ['## Profiles', profiles(chart)] : []),
    '## Values',
    table(['value', 'default', 'description'], readValues(chart.dir).flatMap(rows)),
    ...(chart.kind === 'service' ? ['## Settings', settings(chart, schema)] : []),
  ].join('\n\n')
}

const registry = 'ghcr.io/OWNER/REPOSITORY'

function install({ name, kind, profiles }: Chart): string {
  const command = `helm install ${name} charts/${name} --namespace matinee --create-namespace`
  const more =
    kind === 'database'
      ? [`--set 'users={app}'`]
      : profiles.includes('lite')
        ? [`--values charts/${name}/profiles/lite.yaml`]
        : []
  const whole = kind === 'umbrella' ? [] : ['[charts/matinee](../matinee) installs all of Matinee.']
  return [
    `\`\`\`sh\n${[command, ...more].join(' \\\n  ')}\n\`\`\``,
    ...(kind === 'database'
      ? []
      : [
          images(
            kind === 'service'
              ? `\`--set image.repository=${registry}/${name}\``
              : `\`--set movie.image.repository=${registry}/movie\`, and so on`,
          ),
        ]),
    ...whole,
  ].join('\n\n')
}

function images(setting: string): string {
  return (
    'The images are those of `make images TAG=0.1.0`, which a kind cluster knows after `kind load docker-image`, or ' +
    `[those of a registry](../../docs/images.md#published): ${setting}.`
  )
}

function contents({ vendored, templates }: Chart): string {
  const charts = vendored.map(
    ({ name, optional }) =>
      `- the chart [${name}](../${name})${optional ? `, unless \`${name}.enabled=false\`` : ''}`,
  )
  const made = templates.map((template) => {
    const object = objects[template]
    if (!object) throw new Error(`readme.ts does not know what the template ${template} makes`)
    return `- ${object}`
  })
  return [...made, ...charts].join('\n')
}

function profiles({ dir, profiles }: Chart): string {
  const comment = (profile: string) =>
    (readFileSync(`${dir}/profiles/${profile}.yaml`, 'utf8').match(/^#.*\n/gm) ?? [])
      .map((line) => line.slice(1).trim())
      .join(' ')
  return table(
    ['profile', 'description'],
    profiles.map((profile) => [`[${profile}](profiles/${profile}.yaml)`, comment(profile)]),
  )
}

function rows({ path, default: preset, description, children }: Value): string[][] {
  const own = description ? [[`\`${path.join('.')}\``, shown(preset), description]] : []
  return [...own, ...children.flatMap(rows)]
}

function shown(preset: unknown): string {
  const text = JSON.stringify(preset)
  return text.length > 60 ? 'see [values.yaml](values.yaml)' : `\`${text}\``
}

function settings({ name }: Chart, schema: Schema): string {
  const variables = Object.entries(schema.properties?.['config']?.properties ?? {})
  return [
    `What \`config\` may hold: what [config.ts](../../apps/${name}/src/config.ts) of the service reads, and what Node and OpenTelemetry do.`,
    table(
      ['variable', 'when left out', 'takes'],
      variables.map(([variable, { default: preset, enum: choices, type }]) => [
        `\`${variable}\``,
        preset === undefined ? '' : `\`${JSON.stringify(preset)}\``,
        choices
          ? choices.map((choice) => `\`${String(choice)}\``).join(', ')
          : Array.isArray(type)
            ? 'a whole number'
            : 'text',
      ]),
    ),
  ].join('\n\n')
}

function table(header: string[], body: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...body.map(line)].join('\n')
}
