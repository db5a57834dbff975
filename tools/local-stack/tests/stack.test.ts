import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { commandLine } from '@matinee/local-stack/process/process'
import { startStack, type Stack } from '../src/stack.ts'
import { makeApps, makeFolder, until } from './support.ts'

const ports = { port: 18_080, metricsPort: 19_480 }

/** Databases in containers never make the folder. */
const dataIn = async (folder: string) =>
  existsSync(join(folder, 'data')) ? readdir(join(folder, 'data')) : []

describe('a stack', () => {
  const exits: string[] = []
  const logged: string[] = []
  let stack: Stack
  let folder: string
  let remove: () => Promise<void>

  beforeAll(async () => {
    ;({ folder, remove } = await makeFolder())
    stack = await startStack({
      ...ports,
      dataDir: join(folder, 'data'),
      durable: false,
      apps: await makeApps(join(folder, 'apps')),
      secrets: { ADMIN_TOKEN: 'only-for-this-test' },
      env: { booking: { HOLD_SECONDS: '2' } },
      onLog: (service, line) =>
        logged.push(`${service}: ${(JSON.parse(line) as { message: string }).message}`),
      onExit: (part, how) => exits.push(`${part} ${how}`),
    })
  }, 120_000)
  afterAll(() => remove())

  async function environment(name: keyof Stack['services']): Promise<Record<string, string>> {
    return (await (await fetch(`${stack.services[name].url}/env`)).json()) as Record<string, string>
  }

  it('tells each service where it is and whom it calls', async () => {
    const { mongodb, postgres, mysql } = stack.databases
    const movie = 'http://127.0.0.1:18081'
    const theatre = 'http://127.0.0.1:18082'
    const booking = 'http://127.0.0.1:18083'
    const payment = 'http://127.0.0.1:18084'
    const admin = 'only-for-this-test'

    expect(await environment('theatre')).toMatchObject({
      ...{ HOST: '127.0.0.1', PORT: '18082', METRICS_PORT: '19482', ADMIN_TOKEN: admin },
      MONGODB_URL: mongodb.url.replace('/?', '/theatre?'),
    })
    expect(await environment('movie')).toMatchObject({
      ...{
        HOST: '127.0.0.1',
        PORT: '18081',
        METRICS_PORT: '19481',
        ADMIN_TOKEN: admin,
        THEATRE_URL: theatre,
      },
      MONGODB_URL: mongodb.url.replace('/?', '/movie?'),
    })
    expect(await environment('booking')).toMatchObject({
      ...{ HOST: '127.0.0.1', PORT: '18083', METRICS_PORT: '19483', HOLD_SECONDS: '2' },
      ...{ MOVIE_URL: movie, THEATRE_URL: theatre, PAYMENT_URL: payment },
      DATABASE_URL: postgres.url.replace(/postgres$/, 'booking'),
    })
    expect(await environment('payment')).toMatchObject({
      ...{ HOST: '127.0.0.1', PORT: '18084', METRICS_PORT: '19484' },
      ...{ DATABASE_URL: `${mysql.url}payment`, FINGERPRINT_SECRET: expect.stringMatching(/^.{32}$/) },
    })
    expect(await environment('dashboard')).toMatchObject({
      ...{ HOST: '0.0.0.0', PORT: '18080', METRICS_PORT: '19480', ADMIN_TOKEN: admin },
      ...{ MOVIE_URL: movie, THEATRE_URL: theatre, BOOKING_URL: booking, PAYMENT_URL: payment },
      SESSION_SECRET: expect.stringMatching(/^.{32}$/),
    })
  })

  it('has a service back at its address after kill and restart', async () => {
    const { booking } = stack.services
    const before = booking.pid
    await booking.kill()
    await expect(environment('booking')).rejects.toThrow('fetch failed')
    await booking.restart()
    expect(booking.pid).not.toBe(before)
    expect(await environment('booking')).toMatchObject({ PORT: '18083' })
    expect(exits).toEqual([])
  })

  it('is not started a second time on the same ports', async () => {
    const second = startStack({ ...ports, dataDir: join(folder, 'second') })
    await expect(second).rejects.toThrow(/^These ports are taken: 18080 \(by .*, 18084 \(by .*\)\. End/)
  })

  it('tells which part ended that nobody stopped', async () => {
    process.kill(Number(stack.services.payment.pid), 'SIGKILL')
    await until(() => exits.length > 0)
    expect(exits).toEqual(['payment ended with SIGKILL'])
    await stack.services.payment.restart()
  })

  it('stops the services, each before those that it calls, and leaves nothing', async () => {
    const parts = [...Object.values(stack.services), ...Object.values(stack.databases)]
    const pids = parts.map(({ pid }) => Number(pid))
    logged.length = 0
    await stack.stop()
    expect(logged.map((line) => line.replace(': stopped', ''))).toEqual([
      'dashboard',
      'booking',
      expect.stringMatching('movie|payment'),
      expect.stringMatching('movie|payment'),
      'theatre',
    ])
    expect(await Promise.all(pids.map(commandLine))).toEqual(pids.map(() => ''))
    expect(await dataIn(folder)).toEqual([])
  })
})

describe('a stack that cannot start', () => {
  it('shows what the service said, and leaves nothing', async () => {
    const { folder, remove } = await makeFolder()
    const started = startStack({
      ...ports,
      dataDir: join(folder, 'data'),
      durable: false,
      apps: await makeApps(join(folder, 'apps')),
      env: { movie: { BROKEN: 'THEATRE_URL is missing' } },
    })
    await expect(started).rejects.toThrow(
      /^movie ended with 1 before it answered\n[\d:]{8} movie {5}error THEATRE_URL is missing$/,
    )
    expect(await dataIn(folder)).toEqual([])
    await remove()
  }, 60_000)
})
