import { once } from 'node:events'
import { cp, readdir } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { startDatabase, startFirst, type Way } from '../../src/databases/databases.ts'
import { checkReachable } from '../../src/databases/fetch.ts'
import { startProgram } from '../../src/databases/local.ts'
import { freePort } from '../../src/process/ports.ts'
import { npmBinaries, postgres, postgresProgram } from '../../src/databases/postgres.ts'
import type { DatabaseServer, Settings } from '../../src/databases/server.ts'
import { notes, withFolder, withServer } from './support.ts'

function settings(dataDir: string, said: string[]): Settings {
  return {
    dataDir,
    keep: false,
    port: 0,
    durable: false,
    env: process.env,
    say: (line) => said.push(line),
    onExit: () => undefined,
  }
}

describe('the choice of a server', () => {
  it('takes the URL of the environment before all else, and leaves that server alone', () =>
    withFolder((dataDir) =>
      withServer('postgres', { dataDir, durable: false }, async (theirs) => {
        const said: string[] = []
        const say = (line: string) => said.push(line)
        const server = await startDatabase('postgres', { dataDir, say, env: { POSTGRES_URL: theirs.url } })
        expect(server.url).toBe(theirs.url)
        expect(said).toEqual([expect.stringMatching(/^postgres: the server at POSTGRES_URL, ready after/)])
        await expect(server.kill()).rejects.toThrow('the server at POSTGRES_URL is not ours')
        await server.stop()
        await postgres.ping(theirs.url)
      }),
    ))

  it('does not go on to another server when that URL does not answer, and does not tell its password', async () => {
    const url = `postgresql://admin:hunter2@127.0.0.1:${await freePort()}/`
    const failure = startDatabase('postgres', { dataDir: '/nowhere', env: { POSTGRES_URL: url } })
    await expect(failure).rejects.toThrow(
      /^postgres: the server at POSTGRES_URL does not answer \(connect ECONNREFUSED [\d.:]+\)$/,
    )
  })

  it('goes on from what is not there and, saying why, from what does not work', async () => {
    const said: string[] = []
    const server = { servedBy: 'the third' } as DatabaseServer
    const broken: Way = () => Promise.reject(new Error('cannot pull', { cause: new Error('no network') }))
    const ways: Way[] = [() => Promise.resolve(undefined), broken, () => Promise.resolve(server)]
    expect(await startFirst(postgres, ways, settings('/nowhere', said))).toBe(server)
    expect(said).toEqual(['cannot pull: no network; trying another way'])
  })

  it('says what to install or to set when nothing works', async () => {
    await expect(startFirst(postgres, [], settings('/nowhere', []))).rejects.toThrow(
      'postgres: no server available. Install PostgreSQL 18 or Docker, or set POSTGRES_URL.',
    )
  })

  it('gives up on a program that ends before it answers, with its last line, and leaves nothing', () =>
    withFolder(async (dataDir) => {
      const program = {
        name: 'Broken 1.0',
        from: 'PATH',
        stopSignal: 'SIGTERM' as const,
        initialise: () => Promise.resolve(),
        serve: () => ({ file: 'sh', args: ['-c', 'echo illegal instruction; exit 132'] }),
      }
      const start = startProgram(postgres, program, settings(`${dataDir}/data`, []))
      await expect(start).rejects.toThrow('Broken 1.0 ended with 132 before it answered: illegal instruction')
      expect(await readdir(dataDir)).toEqual([])
    }))

  it('runs the PostgreSQL from npm, also below a folder that only its owner can enter', () =>
    withFolder(async (folder) => {
      const { postgres: installed } = await npmBinaries()
      const bin = join(folder, 'native/bin')
      await cp(join(installed, '../..'), join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
      const program = await postgresProgram(join(bin, 'postgres'), join(bin, 'initdb'), 'npm')
      const server = await startProgram(postgres, program, settings(join(folder, 'data'), []))
      try {
        expect(server.servedBy).toMatch(/^PostgreSQL 18\.\d+ from npm$/)
        const url = await postgres.open(server.url, 'booking', true)
        await notes.postgres.write(url, 'seat C7')
        expect(await notes.postgres.read(url)).toBe('seat C7')
      } finally {
        await server.stop()
      }
    }))

  it('gives up after 5 s on a download whose host takes connections and says nothing', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const started = performance.now()
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    await expect(checkReachable(url)).rejects.toThrow(`${url} cannot be reached`)
    expect(performance.now() - started).toBeLessThan(15_000)
    silent.close()
  })
})
