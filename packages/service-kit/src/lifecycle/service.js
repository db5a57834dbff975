import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { close, createAcceptors, listen, listenTogether } from '../overload/acceptors.js'
import { createAdmission } from '../overload/admission.js'
import { createApp } from '../http/app.js'
import { createListener } from '../overload/listener.js'
import { createLogger } from '../observe/logger.js'
import { createMetrics } from '../observe/metrics.js'
/**
 * How long open connections may bring one more request after a stop, in ms: a request that meets a closed one is lost, and
 * only its caller knows whether it can be repeated.
 */
const lingerMs = 1_000
function metricsServer({ registry }) {
  return http.createServer((req, res) => {
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
/** Builds a service from its parts: `wire` gets the kit and gives what is the service's own. */
export function buildService(name, config, overrides, wire) {
  const logger = createLogger(name, config.LOG_LEVEL, overrides.logDestination)
  const metrics = createMetrics(name)
  const stopping = new AbortController()
  let started = false
  const admission = createAdmission(config.MAX_CONCURRENCY)
  const {
    parts,
    guarded = [],
    ...wiring
  } = wire({
    name,
    logger,
    metrics,
    admission,
    breakers: config.BREAKER === 'on',
    stopping: stopping.signal,
  })
  const app = createApp({
    ...wiring,
    logger,
    metrics,
    breakers: parts.flatMap(({ breaker }) => breaker ?? []),
    isReady: () => started && !stopping.signal.aborted,
    isStopping: () => stopping.signal.aborted,
  })
  const listener = createListener({
    app,
    admission,
    guarded,
    logger,
    metrics,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
  })
  // Longer than a proxy in front keeps its connections, so that it never sends on one that is being closed.
  const server = http.createServer(
    { keepAliveTimeout: 90_000, requestTimeout: 30_000, headersTimeout: 30_000 },
    listener,
  )
  // A connection that was opened in advance, as browsers and undici do, is not idle in the server's eyes before its first
  // request.
  const unused = new Set()
  let lingers = true
  function closeUnused() {
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
  const metricsEndpoint = metricsServer(metrics)
  return {
    app,
    async start() {
      const metricsPort = await listen(metricsEndpoint, { port: config.METRICS_PORT, host: config.HOST })
      const port = await listenTogether(acceptors, config.PORT, config.HOST)
      // A stop could close only those that listened yet.
      if (stopping.signal.aborted) await close([...acceptors, metricsEndpoint])
      try {
        for (const part of parts) if (!stopping.signal.aborted) await part.start?.()
      } catch (error) {
        // What a stop interrupts has not failed.
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
      const patience = sleep(config.SHUTDOWN_TIMEOUT_MS, undefined, { ref: false })
      const force = setTimeout(() => {
        server.closeAllConnections()
      }, config.SHUTDOWN_TIMEOUT_MS)
      setTimeout(closeUnused, Math.min(lingerMs, config.SHUTDOWN_TIMEOUT_MS)).unref()
      await close(acceptors)
      clearTimeout(force)
      // What is at work for a caller that has gone comes to its end before its stores close.
      await Promise.race([admission.idle(), patience])
      for (const part of parts.toReversed()) await part.stop?.()
      metricsEndpoint.closeAllConnections()
      await close([metricsEndpoint])
      logger.info('stopped')
    },
  }
}
//# sourceMappingURL=service.js.map
