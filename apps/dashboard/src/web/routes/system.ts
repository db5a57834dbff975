import express from 'express'
import type { Router } from 'express'
import type { HealthChecks } from '../../clients/health.ts'
import { systemPage } from '../pages/system.ts'
import type { ServiceState } from '../pages/system.ts'
import type { ServiceName } from '../../edge/published.ts'
import { isAdmin } from '../session.ts'
import type { Context } from './context.ts'

const version = '0.1.0'
const stores = { movie: 'MongoDB', theatre: 'MongoDB', booking: 'PostgreSQL', payment: 'MySQL' }

/** What is up; for admins, or for all, also versions, breakers and this process. */
export function systemRouter({ services, systemDetails, adminMark }: Context, checks: HealthChecks): Router {
  async function stateOf(name: ServiceName): Promise<ServiceState> {
    const { isStoreUp, ...health } = await checks.check(name)
    return { name, store: { name: stores[name], isUp: isStoreUp }, ...health }
  }

  return express.Router().get('/system', async (req, res) => {
    const names = Object.keys(stores) as ServiceName[]
    const states = await Promise.all(names.map(stateOf))
    const own = {
      node: process.versions.node,
      uptimeSeconds: Math.round(process.uptime()),
      memoryMb: Math.round(process.memoryUsage.rss() / 1024 ** 2),
    }
    const breakers = Object.fromEntries(names.map((name) => [name, services[name].breaker.state()]))
    const dashboard = { name: 'dashboard', isUp: true, version, breakers }
    const seesAll = systemDetails === 'all' || isAdmin(req, adminMark)
    res.send(String(systemPage([dashboard, ...states], seesAll ? own : undefined)))
  })
}
