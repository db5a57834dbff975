import { Socket } from 'node:net'
import express from 'express'
import helmet from 'helmet'
import swaggerUiPath from 'swagger-ui-dist/absolute-path.js'
import type { ErrorRequestHandler, Express, RequestHandler, Router } from 'express'
import { etag } from './etag.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import { http } from './node-http.ts'
import { renderProblem } from './perform.ts'
import type { Probe } from './probes.ts'
import { ProblemError, storeUnavailable } from './problem.ts'

export interface AppOptions {
  logger: Logger
  metrics: Metrics
  probes: Probe[]
  isStopping: () => boolean
  routers: Router[]
  openApi: object
  /** Whether an error means that the database is unavailable. */
  isStoreUnavailable?: (error: unknown) => boolean
  /** Answers a problem with a page instead of JSON. @returns whether it did */
  renderProblem?: (req: express.Request, res: express.Response, problem: ProblemError) => boolean
}

/** The path as declared, such as `/movies/{id}`: a label of low cardinality. */
function routeOf(req: express.Request, res: express.Response): string {
  if (typeof res.locals['route'] === 'string') return res.locals['route']
  const matched = (req.route as { path: unknown } | undefined)?.path
  return typeof matched === 'string' ? matched.replace(/:(\w+)/g, '{$1}') : 'unmatched'
}

/** Writes one log line and one measurement per request. */
function observe(logger: Logger, metrics: Metrics): RequestHandler {
  return (req, res, next) => {
    const started = performance.now()
    res.once('close', () => {
      const ms = performance.now() - started
      const route = routeOf(req, res)
      const status = res.writableFinished ? res.statusCode : 499
      metrics.requestDuration.observe({ method: req.method, route, status }, ms / 1000)
      logger[res.locals['isRoutine'] === true ? 'debug' : 'info']('request', {
        method: req.method,
        route,
        status,
        ms: Math.round(ms),
      })
    })
    next()
  }
}

/** The problem for an error of Express or its parsers. */
function fromExpress(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined
  const type = 'type' in error ? error.type : undefined
  switch (error.status) {
    case 413:
      return new ProblemError('payload-too-large', 'A body has at most 100 kB.')
    case 415:
      return new ProblemError(
        'unsupported-media-type',
        'Send the body as UTF-8 JSON, plain or in gzip, deflate or br.',
      )
    case 400:
      return type === 'entity.parse.failed'
        ? new ProblemError('malformed-json', 'The body is not valid JSON.')
        : new ProblemError(
            'malformed-request',
            'The request cannot be read. Check its path and its encoding.',
          )
    default:
      return undefined
  }
}

function toProblem(error: unknown, isStoreUnavailable: (error: unknown) => boolean): ProblemError {
  if (error instanceof ProblemError) return error
  if (isStoreUnavailable(error)) return storeUnavailable(error)
  return (
    fromExpress(error) ??
    new ProblemError('internal-error', 'Something went wrong on our side. Please report the trace id.', {
      cause: error,
    })
  )
}

function isTimeout({ problem }: ProblemError): boolean {
  return problem === 'deadline-exceeded' || problem === 'dependency-timeout'
}

function errorHandler({
  logger,
  metrics,
  isStoreUnavailable = () => false,
  renderProblem: renderPage,
}: AppOptions): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    const problem = toProblem(error, isStoreUnavailable)
    // Refused only now, on its way to its turn. An error line for each would make the overload worse.
    if (problem.problem === 'overloaded') metrics.refusals.inc()
    // Its stack would say nothing, and any caller can cause it by leaving no time.
    else if (isTimeout(problem)) logger.warn(problem.message, { problem: problem.problem })
    else if (problem.status >= 500)
      logger.error(problem.message, { problem: problem.problem, error: problem.cause ?? problem })
    if (res.headersSent) {
      next(error)
      return
    }
    res.status(problem.status).set(problem.headers)
    if (renderPage?.(req, res, problem)) return
    res.type('application/problem+json').send(renderProblem(problem, req.originalUrl).body)
  }
}

function probeHandler({ path, check }: Probe): RequestHandler {
  return (_req, res) => {
    Object.assign(res.locals, { route: path, isRoutine: true })
    const { status, body } = check()
    res.status(status).json(body)
  }
}

/** Serves `/openapi.json`, and `/docs` with a Swagger UI of our own: no other host is involved. */
function documentation(openApi: object): Router {
  const initializer = `window.onload = () => { window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui' }) }`
  return express
    .Router()
    .get('/openapi.json', (_req, res) => {
      res.json(openApi)
    })
    .get('/docs/swagger-initializer.js', (_req, res) => {
      res.type('js').send(initializer)
    })
    .use('/docs', express.static(swaggerUiPath()))
}

const contentSecurityPolicy = {
  'default-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'object-src': ["'none'"],
}

/** Helmet's headers. They never change, so helmet runs once and not for every request. */
function securityHeaders(): Map<string, string> {
  const headers = new Map<string, string>()
  const response = new http.ServerResponse(new http.IncomingMessage(new Socket()))
  helmet({ contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy } })(
    response.req,
    response,
    () => undefined,
  )
  for (const [name, value] of Object.entries(response.getHeaders())) headers.set(name, String(value))
  return headers
}

/** The Express application of every service: shared middleware around its routers. */
export function createApp(options: AppOptions): Express {
  const { logger, metrics, isStopping, probes } = options
  const app = express()
  app.set('etag', etag)
  app.set('case sensitive routing', true)
  app.disable('x-powered-by')
  app.use(observe(logger, metrics))
  app.use((_req, res, next) => {
    if (isStopping()) res.set('Connection', 'close')
    next()
  })
  const headers = securityHeaders()
  app.use((_req, res, next) => {
    res.setHeaders(headers)
    next()
  })
  for (const probe of probes) app.get(probe.path, probeHandler(probe))
  app.use(...options.routers)
  app.use(documentation(options.openApi))
  app.use((req) => {
    throw new ProblemError('not-found', `There is nothing at ${req.path}.`)
  })
  app.use(errorHandler(options))
  return app
}
