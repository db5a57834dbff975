import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { freshDatabase, openDatabase, startDatabase } from '../../src/databases/databases.ts'
import { commandLine } from '../../src/process/process.ts'
import { databaseKinds } from '../../src/databases/server.ts'
import { notes, until, withFolder, withServer } from './support.ts'

/** An environment without Docker: for what holds for a program of this machine alone. */
const env = { ...process.env, DOCKER_HOST: 'unix:///nowhere' }

const defaultUser = { mongodb: '', postgres: 'postgres', mysql: 'root' }

describe.each(databaseKinds)('%s', (kind) => {
  const { write, read } = notes[kind]

  it('keeps what was committed through SIGKILL and restart, at the same URL', () =>
    withFolder((dataDir) =>
      withServer(kind, { dataDir }, async (server) => {
        const url = await freshDatabase(server, 'theatre')
        await write(url, 'seat C7')
        await server.kill()
        await server.restart()
        expect(await openDatabase(server, 'theatre')).toBe(url)
        expect(await read(url)).toBe('seat C7')
      }),
    ))

  it('empties a database that is asked for fresh', () =>
    withFolder((dataDir) =>
      withServer(kind, { dataDir, durable: false }, async (server) => {
        await write(await freshDatabase(server, 'theatre'), 'seat C7')
        const url = await freshDatabase(server, 'theatre')
        await write(url, 'seat D1')
        expect(await read(url)).toBe('seat D1')
      }),
    ))

  it('lets nobody in without its password, which only its owner can read', () =>
    withFolder((dataDir) =>
      withServer(kind, { dataDir, durable: false, env }, async (server) => {
        const url = await freshDatabase(server, 'theatre')
        await write(url, 'seat C7')

        const bare = Object.assign(new URL(url), { username: defaultUser[kind], password: '', search: '' })
        await expect(read(bare.href)).rejects.toThrow(/auth|denied|password/i)
        await expect(read(Object.assign(new URL(url), { password: 'wrong' }).href)).rejects.toThrow()

        const [file = ''] = (await readdir(dataDir)).filter((name) => name.endsWith('.password'))
        expect((await stat(join(dataDir, file))).mode & 0o777).toBe(0o600)
        expect(await commandLine(Number(server.pid))).not.toContain(new URL(url).password)
      }),
    ))

  it('leaves neither a process nor a file behind', () =>
    withFolder(async (folder) => {
      const server = await startDatabase(kind, { dataDir: join(folder, 'data'), durable: false, env })
      const pid = Number(server.pid)
      expect(await commandLine(pid)).toContain(folder)
      await server.stop()
      expect(await commandLine(pid)).toBe('')
      expect(await readdir(folder)).toEqual([])
    }))

  it('tells when the server ends by itself, and only then', () =>
    withFolder(async (dataDir) => {
      const exits: string[] = []
      const onExit = (how: string) => exits.push(how)
      await withServer(kind, { dataDir, durable: false, env, onExit }, async (server) => {
        const before = Number(server.pid)
        await server.kill()
        expect(await commandLine(before)).toBe('')
        await server.restart()
        expect(server.pid).not.toBe(before)
        expect(exits).toEqual([])

        process.kill(Number(server.pid), 'SIGKILL')
        await until(() => exits.length > 0)
      })
      expect(exits).toEqual(['ended with SIGKILL'])
    }))

  it('dies with the process that started it, and the next one finds its data', () =>
    withFolder(async (dataDir) => {
      const script = fileURLToPath(new URL('parent.ts', import.meta.url))
      const parent = spawn(process.execPath, [script, kind, dataDir], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
      const { pid, url } = JSON.parse(line) as { pid: number; url: string }
      await write(url, 'seat C7')

      parent.kill('SIGKILL')
      await until(async () => (await commandLine(pid)) === '')
      await withServer(kind, { dataDir, env }, async (server) => {
        expect(await read(await openDatabase(server, 'theatre'))).toBe('seat C7')
      })
    }))

  it('takes its data folder back from a server that an earlier run left behind', () =>
    withFolder(async (dataDir) => {
      const left = await startDatabase(kind, { dataDir, env })
      await write(await freshDatabase(left, 'theatre'), 'seat C7')
      await withServer(kind, { dataDir, env }, async (server) => {
        expect(await commandLine(Number(left.pid))).toBe('')
        expect(await read(await openDatabase(server, 'theatre'))).toBe('seat C7')
      })
    }))
})
