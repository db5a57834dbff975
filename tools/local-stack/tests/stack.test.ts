import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { commandLine } from '@matinee/local-stack/process/process'
import type { Ports } from '../src/services.ts'
import { startStack, type Stack } from '../src/stack.ts'
import { makeApps, makeFolder, until } from './support.ts'

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

  /** Where the environment of a service says that it listens. */
  function listens(name: keyof Stack['services']) {
    const { url, metricsUrl } = stack.services[name]
    const host = '127.0.0.1'
    return {
      ...{ HOST: host, METRICS_HOST: host },
      ...{ PORT: new URL(url).port, METRICS_PORT: new URL(metricsUrl).port },
    }
  }

  it('tells each service where it is and whom it calls', async () => {
    const { mongodb, postgres, mysql } = stack.databases
    const [movie, theatre, booking, payment] = (['movie', 'theatre', 'booking', 'payment'] as const).map(
      (name) => stack.services[name].url,
    )
    const admin = 'only-for-this-test'

    expect(await environment('theatre')).toMatchObject({
      ...listens('theatre'),
      CHECK_HOST: 'on',
      ADMIN_TOKEN: admin,
      MONGODB_URL: mongodb.url.replace('/?', '/theatre?'),
    })
    expect(await environment('movie')).toMatchObject({
      ...listens('movie'),
      ...{ ADMIN_TOKEN: admin, THEATRE_URL: theatre },
      MONGODB_URL: mongodb.url.replace('/?', '/movie?'),
    })
    expect(await environment('booking')).toMatchObject({
      ...listens('booking'),
      ...{ HOLD_SECONDS: '2', MOVIE_URL: movie, THEATRE_URL: theatre, PAYMENT_URL: payment },
      DATABASE_URL: postgres.url.replace(/postgres$/, 'booking'),
    })
    expect(await environment('payment')).toMatchObject({
      ...listens('payment'),
      ...{ DATABASE_URL: `${mysql.url}payment`, FINGERPRINT_SECRET: expect.stringMatching(/^.{32}$/) },
    })
    expect(await environment('dashboard')).toMatchObject({
      ...listens('dashboard'),
      ...{ ADMIN_TOKEN: admin, SESSION_SECRET: expect.stringMatching(/^.{32}$/) },
      ...{ MOVIE_URL: movie, THEATRE_URL: theatre, BOOKING_URL: booking, PAYMENT_URL: payment },
    })
  })

  it('has a service back at its address after kill and restart', async () => {
    const { booking } = stack.services
    const before = booking.pid
    await booking.kill()
    await expect(environment('booking')).rejects.toThrow('fetch failed')
    await booking.restart()
    expect(booking.pid).not.toBe(before)
    expect(await environment('booking')).toMatchObject(listens('booking'))
    expect(exits).toEqual([])
  })

  it('is not started a second time on the same ports', async () => {
    const ports = Object.fromEntries(
      Object.values(stack.services).map(({ name, url, metricsUrl }) => [
        name,
        { port: Number(new URL(url).port), metricsPort: Number(new URL(metricsUrl).port) },
      ]),
    ) as Ports
    const second = startStack({ ports, dataDir: join(folder, 'second') })
    await expect(second).rejects.toThrow(
      new RegExp(
        `^These ports are taken: ${ports.dashboard.port} \\(by .*, ${ports.payment.port} \\(by .*\\)\\. End`,
      ),
    )
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
