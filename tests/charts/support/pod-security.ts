import type {
  V1Container,
  V1ContainerPort,
  V1LifecycleHandler,
  V1PodSecurityContext,
  V1PodSpec,
  V1Probe,
  V1SecurityContext,
} from '@kubernetes/client-node'

/** The volume types that `restricted` allows: https://kubernetes.io/docs/concepts/security/pod-security-standards. */
const volumeTypes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]
const seccompTypes = ['RuntimeDefault', 'Localhost']
const appArmorTypes = ['RuntimeDefault', 'Localhost']
const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']
const safeSysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]

/** How a pod violates the Pod Security Standard `restricted`, which includes `baseline`. */
export function violations(pod: V1PodSpec): string[] {
  const found: string[] = []
  const refuse = (condition: unknown, message: string) => {
    if (condition) found.push(message)
  }

  refuse(pod.hostNetwork, 'hostNetwork')
  refuse(pod.hostPID, 'hostPID')
  refuse(pod.hostIPC, 'hostIPC')
  for (const { name, ...source } of pod.volumes ?? []) {
    refuse(!Object.keys(source).every((type) => volumeTypes.includes(type)), `volume ${name}: its type`)
  }
  for (const { name } of pod.securityContext?.sysctls ?? []) {
    refuse(!safeSysctls.includes(name), `sysctl ${name}`)
  }
  for (const problem of inAnyContext(pod.securityContext ?? {})) found.push(`pod: ${problem}`)

  const containers = [...(pod.initContainers ?? []), ...pod.containers, ...(pod.ephemeralContainers ?? [])]
  for (const container of containers) {
    for (const problem of inContainer(container, pod)) found.push(`${container.name}: ${problem}`)
  }
  return found
}

function inContainer(container: V1Container, { securityContext: ofPod = {} }: V1PodSpec): string[] {
  const context = container.securityContext ?? {}
  const { capabilities, seccompProfile = ofPod.seccompProfile, runAsNonRoot = ofPod.runAsNonRoot } = context
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container
  const handlers: (V1Probe | V1LifecycleHandler | undefined)[] = [livenessProbe, readinessProbe, startupProbe]
  handlers.push(lifecycle?.preStop, lifecycle?.postStart)
  const rules: [string, unknown][] = [
    ['privileged', context.privileged],
    ['allowPrivilegeEscalation is not false', context.allowPrivilegeEscalation !== false],
    ['runAsNonRoot is not true', runAsNonRoot !== true],
    ['seccompProfile is missing', !seccompProfile],
    ['capabilities: ALL is not dropped', !capabilities?.drop?.includes('ALL')],
    ['capabilities are added', capabilities?.add?.some((name) => name !== 'NET_BIND_SERVICE')],
    ['procMount', context.procMount && context.procMount !== 'Default'],
    ['hostPort', container.ports?.some(({ hostPort }: V1ContainerPort) => hostPort)],
    ['a probe or hook names a host', handlers.some((each) => each?.httpGet?.host ?? each?.tcpSocket?.host)],
  ]
  return [...rules.filter(([, broken]) => broken).map(([rule]) => rule), ...inAnyContext(context)]
}

/** Rules for the security contexts of pods and containers. */
function inAnyContext(context: V1PodSecurityContext | V1SecurityContext): string[] {
  const { runAsUser, runAsNonRoot, seccompProfile, appArmorProfile, seLinuxOptions, windowsOptions } = context
  const rules: [string, unknown][] = [
    ['runAsUser is root', runAsUser === 0],
    ['runAsNonRoot is false', runAsNonRoot === false],
    ['seccompProfile', seccompProfile && !seccompTypes.includes(seccompProfile.type)],
    ['appArmorProfile', appArmorProfile && !appArmorTypes.includes(appArmorProfile.type)],
    ['seLinuxOptions', seLinuxOptions && !seLinuxTypes.includes(seLinuxOptions.type ?? '')],
    ['seLinuxOptions', seLinuxOptions?.user ?? seLinuxOptions?.role],
    ['hostProcess', windowsOptions?.hostProcess],
  ]
  return rules.filter(([, broken]) => broken).map(([rule]) => rule)
}
