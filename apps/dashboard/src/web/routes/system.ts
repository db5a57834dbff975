import express from 'express'
import type { Router } from 'express'
import { serviceNames } from '../../domain/context.ts'
import type { Context, ServiceName } from '../../domain/context.ts'
import type { AdminSessions } from '../admin-session.ts'
import { systemPage } from '../pages/system.ts'
import type { ServiceState } from '../pages/system.ts'

const version = '0.1.0'
const stores = { movie: 'MongoDB', theatre: 'MongoDB', booking: 'PostgreSQL', payment: 'MySQL' }

interface SystemOptions {
  /** Who sees versions, breakers and this process. */
  systemDetails: 'admin' | 'all'
  sessions: AdminSessions
}

/** Which services and stores are up. */
export function systemRouter(
  { services, health }: Context,
  { systemDetails, sessions }: SystemOptions,
): Router {
  async function stateOf(name: ServiceName): Promise<ServiceState> {
    const { isStoreUp, ...state } = await health.check(name)
    return { name, store: { name: stores[name], isUp: isStoreUp }, ...state }
  }

  return express.Router().get('/system', async (req, res) => {
    const states = await Promise.all(serviceNames.map(stateOf))
    const own = {
      node: process.versions.node,
      uptimeSeconds: Math.round(process.uptime()),
      memoryMb: Math.round(process.memoryUsage.rss() / 1024 ** 2),
    }
    const breakers = Object.fromEntries(serviceNames.map((name) => [name, services[name].breaker.state()]))
    const dashboard = { name: 'dashboard', isUp: true, version, breakers }
    const seesDetails = systemDetails === 'all' || sessions.isAdmin(req)
    res.send(String(systemPage([dashboard, ...states], seesDetails ? own : undefined)))
  })
}
