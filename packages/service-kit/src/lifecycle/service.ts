import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Express } from 'express'
import { close, createAcceptors, listen, listenTogether } from '../overload/acceptors.ts'
import { createAdmissions } from '../overload/admissions.ts'
import type { Admissions } from '../overload/admissions.ts'
import type { Breaker } from '../calls/breaker.ts'
import { createApp } from '../http/app.ts'
import type { AppOptions } from '../http/app.ts'
import { createProbes } from '../http/probes.ts'
import type { Probe } from '../http/probes.ts'
import type { BaseConfig } from './config.ts'
import { http } from '../http/node-http.ts'
import { createListener } from '../overload/listener.ts'
import type { ListenerOptions } from '../overload/listener.ts'
import { createLogger } from '../observe/logger.ts'
import type { Logger } from '../observe/logger.ts'
import { createMetrics } from '../observe/metrics.ts'
import type { Metrics } from '../observe/metrics.ts'

/** What every part of a service can use. */
export interface Kit {
  name: string
  logger: Logger
  metrics: Metrics
  admissions: Admissions
  /** Whether circuit breakers are on. */
  breakers: boolean
  /** Aborts when the shutdown begins; for streams and background jobs. */
  stopping: AbortSignal
}

export interface Service {
  app: Express
  /** Listens, then starts the parts; the service is ready when it resolves. */
  start(): Promise<{ port: number; metricsPort: number }>
  /** Graceful shutdown: turns readiness off, answers requests in flight and over open connections, then stops the parts. */
  stop(): Promise<void>
}

/** What tests replace. */
export interface Overrides {
  logDestination?: NodeJS.WritableStream
}

/** Something that lives as long as the service: a store, a client, background jobs. */
export interface Part {
  start?(): Promise<void>
  stop?(): Promise<void>
  breaker?: Breaker
}

interface Wiring
  extends
    Pick<AppOptions, 'routers' | 'openApi' | 'isStoreUnavailable' | 'renderProblem'>,
    Partial<Pick<ListenerOptions, 'isPublic'>> {
  /** Started in this order, stopped in reverse. */
  parts: Part[]
}

/**
 * How long open connections may bring one more request after the shutdown begins, in ms: a request that meets a closed
 * connection is lost, and only its caller knows whether a retry is safe.
 */
const lingerMs = 1_000

function metricsServer({ registry }: Metrics, probes: Probe[]): Server {
  return http.createServer((req, res) => {
    const probe = probes.find(({ path }) => path === req.url)
    if (probe) {
      const { status, body } = probe.check()
      res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      return
    }
    if (req.url !== '/metrics') {
      res.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => res.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => res.writeHead(500).end(),
    )
  })
}

/** Builds a service; `wire` receives the kit and returns what is specific to the service. */
export function buildService(
  name: string,
  config: BaseConfig,
  overrides: Overrides,
  wire: (kit: Kit) => Wiring,
): Service {
  const logger = createLogger(name, config.LOG_LEVEL, overrides.logDestination)
  const metrics = createMetrics(name)
  const stopping = new AbortController()
  let started = false
  const admissions = createAdmissions(config.MAX_CONCURRENCY)
  const {
    parts,
    isPublic = false,
    ...wiring
  } = wire({
    name,
    logger,
    metrics,
    admissions,
    breakers: config.BREAKER === 'on',
    stopping: stopping.signal,
  })
  const probes = createProbes({
    breakers: parts.flatMap(({ breaker }) => breaker ?? []),
    isReady: () => started && !stopping.signal.aborted,
  })
  const app = createApp({
    ...wiring,
    logger,
    metrics,
    probes: isPublic ? [] : probes,
    isStopping: () => stopping.signal.aborted,
  })
  const listener = createListener({
    app,
    admissions,
    logger,
    metrics,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    isPublic,
    ownName: config.CHECK_HOST === 'on' ? name : undefined,
  })
  // Longer than any proxy keeps idle connections, so that none sends a request on a connection that we are closing.
  const server = http.createServer(
    { keepAliveTimeout: 90_000, requestTimeout: 30_000, headersTimeout: 30_000 },
    listener,
  )
  // Browsers and undici open connections in advance. Node does not count those as idle before their first request.
  const unused = new Set<Socket>()
  let lingers = true
  function closeUnused(): void {
    lingers = false
    server.closeIdleConnections()
    for (const socket of unused) socket.destroy()
  }
  server.on('connection', (socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.on('request', (req, res) => {
    unused.delete(req.socket)
    res.once('close', () => {
      if (!lingers) server.closeIdleConnections()
    })
  })
  const acceptors = createAcceptors(server)
  const metricsEndpoint = metricsServer(metrics, isPublic ? probes : [])

  return {
    app,
    async start() {
      const metricsPort = await listen(metricsEndpoint, {
        port: config.METRICS_PORT,
        host: config.METRICS_HOST ?? config.HOST,
      })
      const port = await listenTogether(acceptors, config.PORT, config.HOST)
      // If `stop` ran before the sockets were open, it could not close them.
      if (stopping.signal.aborted) await close([...acceptors, metricsEndpoint])
      try {
        for (const part of parts) if (!stopping.signal.aborted) await part.start?.()
      } catch (error) {
        // An interrupted start is not a failure.
        if (!stopping.signal.aborted) throw error
      }
      if (stopping.signal.aborted) return { port, metricsPort }
      started = true
      logger.info('ready', { port, metricsPort, startMs: Math.round(process.uptime() * 1000) })
      return { port, metricsPort }
    },
    async stop() {
      if (stopping.signal.aborted) return
      stopping.abort()
      logger.info('stopping')
      const timeout = sleep(config.SHUTDOWN_TIMEOUT_MS, undefined, { ref: false })
      const force = setTimeout(() => {
        server.closeAllConnections()
      }, config.SHUTDOWN_TIMEOUT_MS)
      // After the next turn's I/O: a request that arrived in time must not lose to a timer in a busy process.
      const closeSoon = () => void setImmediate(closeUnused)
      setTimeout(closeSoon, Math.min(lingerMs, config.SHUTDOWN_TIMEOUT_MS)).unref()
      await close(acceptors)
      clearTimeout(force)
      // Work for callers that have gone still ends before the stores close.
      await Promise.race([admissions.idle(), timeout])
      for (const part of parts.toReversed()) await part.stop?.()
      metricsEndpoint.closeAllConnections()
      await close([metricsEndpoint])
      logger.info('stopped')
    },
  }
}
