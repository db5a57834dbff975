import express from 'express'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import { createHealthChecks } from './clients/health.ts'
import { createServices, serviceUrls } from './clients/services.ts'
import { createUpstream } from './edge/upstream.ts'
import type { Config } from './config.ts'
import { createEvents } from './events.ts'
import { perMinute } from './edge/limits.ts'
import { openApi } from './openapi.ts'
import { renderProblem } from './web/problems.ts'
import type { ServiceName } from './edge/published.ts'
import { edgeRouter } from './edge/edge.ts'
import { assetRouter, pageRouter } from './web/routes/pages.ts'
import { adminMark } from './web/session.ts'

export function createService(config: Config, overrides: Overrides = {}): Service {
  const service = buildService('dashboard', config, overrides, (kit) => {
    const urls = serviceUrls(config)
    const upstream = (name: ServiceName) =>
      createUpstream(kit, { name, baseUrl: urls[name], concurrency: config.MAX_CONCURRENCY })
    const upstreams = {
      movie: upstream('movie'),
      theatre: upstream('theatre'),
      booking: upstream('booking'),
      payment: upstream('payment'),
    }
    const services = createServices(kit, config)
    const health = createHealthChecks(urls)
    const limit = perMinute(
      config.RATE_LIMIT_PER_MINUTE,
      'Too many requests from your address. Wait a moment.',
    )
    const findLimit = perMinute(10, 'Too many tries to find a booking. Wait a minute.')
    const context = {
      services,
      events: createEvents(kit),
      adminToken: config.ADMIN_TOKEN,
      adminMark: adminMark(config.ADMIN_TOKEN, config.SESSION_SECRET),
      systemDetails: config.SYSTEM_DETAILS,
      findLimit,
    }
    return {
      routers: [
        express.Router().use(limit),
        edgeRouter(upstreams, { callTimeoutMs: config.CALL_TIMEOUT_MS, stopping: kit.stopping, findLimit }),
        assetRouter(),
        pageRouter(context, health, config.SESSION_SECRET),
      ],
      openApi,
      renderProblem,
      parts: [...Object.values(upstreams), ...Object.values(services), health],
    }
  })
  service.app.set('trust proxy', config.TRUSTED_HOPS)
  return service
}
