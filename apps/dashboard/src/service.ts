import express from 'express'
import { bearerToken, createAdminCheck } from '@matinee/service-kit/http/admin'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import { createHealthChecks } from './clients/health.ts'
import { createServices, forEachService, targetsOf } from './clients/services.ts'
import { nameClient } from './client.ts'
import type { Config } from './config.ts'
import type { Context } from './domain/context.ts'
import { edgeRouter } from './edge/router.ts'
import { createUpstream } from './edge/upstream.ts'
import { createEvents } from './events.ts'
import { createInFlight } from './in-flight.ts'
import { openApi } from './openapi.ts'
import { createPaymentLimits } from './payment-limits.ts'
import { byAddress, bySession, createRateLimit, createTokenLimit } from './rate-limit.ts'
import { renderProblem } from './web/problems.ts'
import { assetRouter, pageRouter } from './web/routes/pages.ts'
import { sessionCookie, sessionId } from './web/session.ts'

export function createService(config: Config, overrides: Overrides = {}): Service {
  const service = buildService('dashboard', config, overrides, (kit) => {
    const targets = targetsOf(config)
    const upstreams = forEachService((name) => createUpstream(kit, targets[name], config.MAX_CONCURRENCY))
    const services = createServices(kit, targets, config.ADMIN_TOKEN)
    const health = createHealthChecks(targets)
    const context: Context = { services, health, events: createEvents(kit) }
    const requestLimits = [
      createRateLimit({
        by: bySession,
        limit: config.SESSION_RATE_LIMIT_PER_MINUTE,
        detail: 'Too many requests from your browser. Wait a moment.',
      }),
      createRateLimit({
        by: byAddress,
        limit: config.RATE_LIMIT_PER_MINUTE,
        detail: 'Too many requests from your address. Wait a moment.',
      }),
    ]
    const findLimit = createRateLimit({
      by: byAddress,
      limit: 10,
      detail: 'Too many attempts to find a booking. Wait a minute.',
    })
    const limitPayments = createPaymentLimits(config)
    const tokenLimit = createTokenLimit()
    const adminLimit = tokenLimit(
      (req) => bearerToken(req.get('Authorization')),
      createAdminCheck(config, kit),
    )
    const streamLimit = createInFlight(
      {
        perSession: config.MAX_STREAMS_PER_SESSION,
        perAddress: config.MAX_STREAMS_PER_ADDRESS,
        inAll: config.MAX_STREAMS,
      },
      () =>
        new ProblemError('too-many-streams', 'Too many event streams are open. Read the seat map instead.', {
          headers: { 'Retry-After': '10' },
        }),
    )
    return {
      routers: [
        express
          .Router()
          .use(sessionCookie(config.SESSION_SECRET), nameClient(config.SESSION_SECRET, sessionId))
          .use(...requestLimits),
        edgeRouter(upstreams, { stopping: kit.stopping, streamLimit, findLimit, adminLimit, limitPayments }),
        assetRouter(),
        pageRouter(context, {
          tokens: config,
          tokenLimit,
          sessionSecret: config.SESSION_SECRET,
          systemDetails: config.SYSTEM_DETAILS,
          findLimit,
          limitPayments,
        }),
      ],
      openApi,
      renderProblem,
      isPublic: true,
      parts: [...Object.values(upstreams), ...Object.values(services), health],
    }
  })
  service.app.set('trust proxy', config.TRUSTED_HOPS)
  return service
}
