import { z } from 'zod'

const port = z.string().regex(/^\d+$/, 'must be a port number').transform(Number).pipe(z.int().max(65_535))

/** A whole number in an environment variable. */
export function wholeNumber(min: number) {
  return z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.int().min(min))
}

/** A URL in an environment variable, such as `http://127.0.0.1:8081`. */
export function address(...protocols: string[]) {
  return z
    .url({
      protocol: new RegExp(`^(${protocols.join('|')})$`),
      error: `must be a URL that begins with ${protocols.map((p) => `${p}://`).join(' or ')}`,
    })
    .transform((value) => value.replace(/\/$/, ''))
}

/** A secret; it has no default. */
export const secret = z.string().min(8, 'must have at least 8 characters')

const adminToken = z.string().min(16, 'must have at least 16 characters')

/** The admin token, and the one before it, which is accepted too while it is being rotated. */
export const adminTokens = { ADMIN_TOKEN: adminToken, ADMIN_TOKEN_PREVIOUS: adminToken.optional() }

/** The variables of every service; `defaults` are its ports on one machine. */
export function baseConfig(defaults: { port: number; metricsPort: number }) {
  return {
    HOST: z.string().default('0.0.0.0'),
    PORT: port.default(defaults.port),
    METRICS_PORT: port.default(defaults.metricsPort),
    /** `HOST` if left out. */
    METRICS_HOST: z.string().optional(),
    /** Whether requests must name the service or a loopback name in `Host`: for machines where people browse the web. */
    CHECK_HOST: z.enum(['on', 'off']).default('off'),
    LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
    /** The longest that a request may take, in ms; a caller may ask for less. */
    REQUEST_TIMEOUT_MS: wholeNumber(1).default(10_000),
    /** The longest that a call to another service may take, in ms. */
    CALL_TIMEOUT_MS: wholeNumber(1).default(1_500),
    /** Circuit breakers between services. */
    BREAKER: z.enum(['on', 'off']).default('on'),
    /** How many requests of each endpoint work at once; the others wait in a queue. */
    MAX_CONCURRENCY: wholeNumber(1).default(32),
    /** How long a graceful shutdown waits for requests in flight, in ms. */
    SHUTDOWN_TIMEOUT_MS: wholeNumber(0).default(10_000),
  }
}
export type BaseConfig = z.output<z.ZodObject<ReturnType<typeof baseConfig>>>

/** The configuration is invalid. The message lists every problem. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads a service's configuration.
 *
 * @throws ConfigError with one line for each variable that is missing or malformed; values are never shown
 */
export function readConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  // YAML and shells leave a variable out by making it empty.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.join('.')
    return `  ${name}: ${given[name] === undefined ? 'is missing' : issue.message}`
  })
  throw new ConfigError(`The configuration is not usable:\n${lines.join('\n')}`)
}
