import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { freePort } from '../src/process/ports.ts'
import { startProcess, type RunningProcess } from '../src/process/process.ts'

/** So many that two runs would be given the same ones, if they did not claim them. */
const count = 3_000
const script = `
  import { freePort } from ${JSON.stringify(new URL('../src/process/ports.ts', import.meta.url).href)}
  const ports = []
  while (ports.length < ${count}) ports.push(await freePort())
  console.log(JSON.stringify(ports))
  setInterval(() => undefined, 1_000)
`

/** Another run of these tools, which lives until it is stopped, and the ports that it was given. */
async function startRun(): Promise<{ run: RunningProcess; ports: number[] }> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const run = await startProcess(
    {
      file: process.execPath,
      args: ['--input-type=module', '-e', script],
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    },
    resolve,
  )
  return { run, ports: JSON.parse(await promise) as number[] }
}

describe('a free port', () => {
  it('is given to one of two runs, and never lent to an outgoing connection', async () => {
    const runs = await Promise.all([startRun(), startRun()])
    const ports = runs.flatMap((each) => each.ports)
    await Promise.all(runs.map(({ run }) => run.stop('SIGTERM', 5_000)))

    expect(new Set(ports).size).toBe(2 * count)
    expect(Math.max(...ports)).toBeLessThan(32_768)
  })

  it('can be listened on', async () => {
    const server = createServer().listen(await freePort(), '127.0.0.1')
    await once(server, 'listening')
    server.close()
  })
})
