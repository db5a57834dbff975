import { describe, expect, it } from '@jest/globals'
import type { V1PodSpec } from '@kubernetes/client-node'
import { violations } from './support/pod-security.ts'
import { allRenders, podsOf } from './support/renders.ts'

describe.each(await allRenders())('$name', ({ objects }) => {
  it('has only pods that pass Pod Security `restricted`', () => {
    const refused = podsOf(objects).map(({ owner, spec }) => [owner, violations(spec)])
    expect(refused.filter(([, problems]) => problems?.length)).toEqual([])
  })
})

describe('the rules', () => {
  const context = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
  const container = { name: 'app', securityContext: context }
  const podContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }
  const good = { securityContext: podContext, containers: [container] }

  const withPod = (more: object) => ({ ...good, securityContext: { ...podContext, ...more } })
  const withContext = (more: object) => ({
    ...good,
    containers: [{ ...container, securityContext: { ...context, ...more } }],
  })
  const withContainer = (more: object) => ({ ...good, containers: [{ ...container, ...more }] })

  it('accept a compliant pod', () => {
    expect(violations(good)).toEqual([])
  })

  it.each<[string, V1PodSpec]>([
    ['hostNetwork', { ...good, hostNetwork: true }],
    ['hostPID', { ...good, hostPID: true }],
    ['hostIPC', { ...good, hostIPC: true }],
    ['volume host: its type', { ...good, volumes: [{ name: 'host', hostPath: { path: '/' } }] }],
    ['volume share: its type', { ...good, volumes: [{ name: 'share', nfs: { server: 'nfs', path: '/' } }] }],
    ['sysctl net.core.somaxconn', withPod({ sysctls: [{ name: 'net.core.somaxconn', value: '1' }] })],
    ['app: runAsNonRoot is not true', withPod({ runAsNonRoot: undefined })],
    ['app: seccompProfile is missing', withPod({ seccompProfile: undefined })],
    ['pod: runAsUser is root', withPod({ runAsUser: 0 })],
    ['app: runAsUser is root', withContext({ runAsUser: 0 })],
    ['app: seccompProfile', withContext({ seccompProfile: { type: 'Unconfined' } })],
    ['app: privileged', withContext({ privileged: true })],
    ['app: allowPrivilegeEscalation is not false', withContext({ allowPrivilegeEscalation: undefined })],
    ['app: capabilities: ALL is not dropped', withContext({ capabilities: { drop: ['NET_RAW'] } })],
    ['app: capabilities are added', withContext({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } })],
    ['app: procMount', withContext({ procMount: 'Unmasked' })],
    ['app: appArmorProfile', withContext({ appArmorProfile: { type: 'Unconfined' } })],
    ['app: seLinuxOptions', withContext({ seLinuxOptions: { user: 'system_u' } })],
    ['app: hostProcess', withContext({ windowsOptions: { hostProcess: true } })],
    ['app: hostPort', withContainer({ ports: [{ containerPort: 80, hostPort: 80 }] })],
    [
      'app: a probe or hook names a host',
      withContainer({ livenessProbe: { httpGet: { host: '192.0.2.1', port: 80 } } }),
    ],
    [
      'setup: privileged',
      { ...good, initContainers: [{ name: 'setup', securityContext: { ...context, privileged: true } }] },
    ],
  ])('name the violation: %s', (problem, pod) => {
    expect(violations(pod)).toEqual([problem])
  })
})
