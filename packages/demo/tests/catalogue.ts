import { fileURLToPath } from 'node:url'
import { freshDatabase, startDatabase } from '@matinee/databases/databases'
import { freePort } from '@matinee/databases/ports'
import { supervise } from '@matinee/databases/supervise'

/** The theatre and the movie service themselves, from their sources, on a database of their own. */
export async function startCatalogue(dataDir: string, adminToken: string) {
  const stops: (() => Promise<void>)[] = []
  const mongodb = await startDatabase('mongodb', { dataDir, durable: false })
  stops.push(() => mongodb.stop())

  async function start(name: string, more: NodeJS.ProcessEnv): Promise<string> {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const service = supervise({
      name,
      command: {
        file: process.execPath,
        args: ['--conditions=source', 'src/main.ts'],
        cwd: fileURLToPath(new URL(`../../../apps/${name}`, import.meta.url)),
        env: {
          ...{ PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: '0' },
          ...{ MONGODB_URL: await freshDatabase(mongodb, name), ADMIN_TOKEN: adminToken, LOG_LEVEL: 'error' },
          ...more,
        },
      },
      async ping() {
        if (!(await fetch(`${url}/readyz`)).ok) throw new Error(`${name} is not ready`)
      },
      stopSignal: 'SIGTERM',
      onLine: (line) => process.stderr.write(`${line}\n`),
      onExit: (how) => process.stderr.write(`${name} ${how}\n`),
    })
    stops.unshift(() => service.stop())
    await service.start()
    return url
  }

  const theatreUrl = await start('theatre', {})
  const movieUrl = await start('movie', { THEATRE_URL: theatreUrl })
  return {
    theatreUrl,
    movieUrl,
    async stop() {
      for (const stop of stops) await stop()
    },
  }
}
