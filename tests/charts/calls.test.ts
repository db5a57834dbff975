import { readFile, readdir } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { bookingsApi, screeningsApi } from '@matinee/contracts/booking'
import { pathPattern } from '@matinee/contracts/endpoint'
import type { Api, Endpoint } from '@matinee/contracts/endpoint'
import { moviesApi } from '@matinee/contracts/movie'
import { paymentsApi } from '@matinee/contracts/payment'
import { theatresApi } from '@matinee/contracts/theatre'
import { published } from '../../apps/dashboard/src/edge/published.ts'
import { readCalls } from '../cluster/support/calls.ts'
import type { Call } from '../cluster/support/calls.ts'

const calls = await readCalls()
const apis = { moviesApi, theatresApi, bookingsApi, screeningsApi, paymentsApi }
const services = {
  moviesApi: 'movie',
  theatresApi: 'theatre',
  bookingsApi: 'booking',
  screeningsApi: 'booking',
  paymentsApi: 'payment',
}

/** Endpoints outside the contract that the dashboard calls on every service. */
const ofEveryService = ['GET /openapi.json', 'GET /readyz']

const line = ({ method, path }: { method: string; path: string }) =>
  `${method.toUpperCase()} ${pathPattern(path)}`

/** What the table allows one caller: methods with path patterns. */
function allowed(table: Call[] = []): string[] {
  return table
    .flatMap(({ methods, paths }) =>
      methods.flatMap((method) => paths.map((path) => line({ method, path: path.replace('{*}', '{id}') }))),
    )
    .sort()
}

/** The dashboard forwards HEAD wherever it forwards GET. */
function withHead(lines: string[]): string[] {
  return lines.flatMap((each) => (each.startsWith('GET ') ? [each, each.replace('GET', 'HEAD')] : each))
}

/** The endpoints that an app's sources mention, such as `moviesApi.getMovie`, by service. */
async function endpointsNamedIn(folder: URL): Promise<Record<string, string[]>> {
  const files = await readdir(folder, { recursive: true })
  const named: Record<string, Set<string>> = {}
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const source = await readFile(new URL(file, folder), 'utf8')
    for (const [, api, name] of source.matchAll(/\b(\w+Api)\.(\w+)\b/g)) {
      const endpoint = (apis[api as keyof typeof apis] as Api)[name ?? '']
      if (!endpoint) throw new Error(`${file} names ${api}.${name}, which the contract does not have`)
      const service = (named[services[api as keyof typeof services]] ??= new Set())
      service.add(line(endpoint))
    }
  }
  return Object.fromEntries(Object.entries(named).map(([service, lines]) => [service, [...lines].sort()]))
}

const app = (path: string) => new URL(`../../apps/${path}/`, import.meta.url)

/** What the table allows a caller, by callee. */
function allowedTo(caller: string): Record<string, string[]> {
  const callees = Object.entries(calls).filter(([, callers]) => caller in callers)
  return Object.fromEntries(callees.map(([callee, callers]) => [callee, allowed(callers[caller])]))
}

describe('the table of calls', () => {
  it.each(['movie', 'booking'])('allows %s exactly what its clients call', async (caller) => {
    expect(allowedTo(caller)).toEqual(await endpointsNamedIn(app(`${caller}/src/clients`)))
  })

  it.each(['theatre', 'payment'])('allows %s nothing, because it calls nobody', async (caller) => {
    const { [caller]: _own, ...others } = await endpointsNamedIn(app(`${caller}/src`))
    expect(others).toEqual({})
    expect(allowedTo(caller)).toEqual({})
  })

  it.each(Object.entries(published))(
    'allows the dashboard what it publishes of %s, and health checks',
    (callee, api) => {
      const lines = withHead(Object.values<Endpoint>(api).map(line))
      expect(allowed(calls[callee]?.['dashboard'])).toEqual([...lines, ...ofEveryService].sort())
    },
  )

  it("allows what the dashboard's pages call", async () => {
    const called = await endpointsNamedIn(app('dashboard/src'))
    expect(Object.keys(called).sort()).toEqual(['booking', 'movie', 'payment', 'theatre'])
    for (const [callee, lines] of Object.entries(called)) {
      expect(allowed(calls[callee]?.['dashboard'])).toEqual(expect.arrayContaining(lines))
    }
  })

  it('allows internal endpoints only to booking', () => {
    const internal = Object.values<Endpoint>(paymentsApi)
      .filter((endpoint) => endpoint.internal)
      .map(line)
    expect(internal).toHaveLength(3)
    for (const [caller, table] of Object.entries(calls['payment'] ?? {})) {
      expect([caller, allowed(table).filter((each) => internal.includes(each))]).toEqual([
        caller,
        caller === 'booking' ? internal.sort() : [],
      ])
    }
  })

  it('allows the seed exactly what it sends', async () => {
    const source = await readFile(new URL('add-programme.ts', app('movie/src/seed')), 'utf8')
    const sent = [
      ...source.matchAll(/(?:send\('(\w+)'|find<\w+>\()[\s(,]*`\$\{(MOVIE|THEATRE)_URL\}([^`]*)`/g),
    ].map(([, method = 'GET', service = '', path = '']) => ({
      service: service.toLowerCase(),
      line: line({ method, path: path.replace(/\$\{[^}]+\}/, '{id}') }),
    }))
    const to = (service: string) =>
      sent
        .filter((each) => each.service === service)
        .map((each) => each.line)
        .sort()
    expect(allowedTo('movie-seed')).toEqual({ movie: to('movie'), theatre: to('theatre') })
  })
})
