import { fileURLToPath } from 'node:url'
import { freePort } from '@matinee/local-stack/process/ports'
import { supervise } from '@matinee/local-stack/process/supervise'
import { testDatabase } from '@matinee/test-kit/database'

export const adminToken = 'only-for-this-test'

/** The real theatre and movie services, run from their sources; `start` starts them at these URLs. */
export async function buildCatalogue(name: string) {
  async function build(app: string, more: NodeJS.ProcessEnv) {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const service = supervise({
      name: app,
      command: {
        file: process.execPath,
        args: ['--conditions=source', 'src/main.ts'],
        cwd: fileURLToPath(new URL(`../../${app}`, import.meta.url)),
        env: {
          ...{ PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: '0' },
          MONGODB_URL: await testDatabase(`${name}_${app}`),
          ...{ ADMIN_TOKEN: adminToken, LOG_LEVEL: 'error' },
          ...more,
        },
      },
      async ping() {
        if (!(await fetch(`${url}/readyz`)).ok) throw new Error(`${app} is not ready`)
      },
      stopSignal: 'SIGTERM',
      onLine: (line) => process.stderr.write(`${line}\n`),
      onExit: (how) => process.stderr.write(`${app} ${how}\n`),
    })
    return { service, url }
  }

  const theatre = await build('theatre', {})
  const movie = await build('movie', { THEATRE_URL: theatre.url })
  return {
    THEATRE_URL: theatre.url,
    MOVIE_URL: movie.url,
    async start() {
      await Promise.all([theatre.service.start(), movie.service.start()])
    },
    async stop() {
      await movie.service.stop()
      await theatre.service.stop()
    },
  }
}
