import { ConfigError } from './config.ts'
import type { Service } from './service.ts'

/* eslint-disable no-console -- without a configuration there is no logger */

/**
 * Runs a service until SIGTERM or SIGINT. The exit code is 1 for an invalid configuration, a port that is in use, and an
 * error outside of requests. Never `process.exit()`, which would cut off logs and traces.
 */
export async function runService(create: () => Service): Promise<void> {
  let service: Service
  try {
    service = create()
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error)
    process.exitCode = 1
    return
  }
  const stop = () => void service.stop()
  const fail = (error: unknown) => {
    console.error(error)
    process.exitCode = 1
    stop()
  }
  process.once('SIGTERM', stop).once('SIGINT', stop)
  process.once('uncaughtException', fail).once('unhandledRejection', fail)
  try {
    await service.start()
  } catch (error) {
    fail(error)
  }
}
