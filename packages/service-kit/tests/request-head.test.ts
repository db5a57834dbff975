import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { rawRequest } from '@matinee/test-kit/raw-request'
import { buildSample } from './start-sample.ts'

const head = (target: string, ...headers: string[]) =>
  `${[`GET ${target} HTTP/1.1`, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`

describe('the head of a request', () => {
  const read: string[] = []
  const sample = buildSample({
    read(id) {
      read.push(id)
      return Promise.resolve({ id, name: 'A' })
    },
  })
  let url: string
  beforeAll(async () => {
    ;({ url } = await sample.start())
  })
  afterAll(() => sample.stop())

  it.each([
    ['an absolute target', 'http://h/things/a'],
    ['another scheme', 'ab://x/things/a'],
    ['an absolute target that is no URL', 'http://[::/things/a'],
    ['an asterisk', '*'],
    ['a fragment', '/things/a#b'],
  ])('is refused with %s', async (_what, target) => {
    const { status, text } = await rawRequest(url, head(target, 'Host: a').replace('GET *', 'OPTIONS *'))

    expect(status).toBe(400)
    expect(text).toMatch('application/problem+json')
    expect(text).toMatch('/problems/malformed-request')
    expect(read).toEqual([])
    expect(sample.logs.lines.at(-1)).toMatchObject({ message: 'request', status: 400 })
  })

  it('is refused with two Hosts', async () => {
    const { status, text } = await rawRequest(url, head('/things/a', 'Host: a', 'host: a'))

    expect(status).toBe(400)
    expect(text).toMatch('/problems/malformed-request')
    expect(read).toEqual([])
  })

  it.each([
    ['/things/a?size=1', 200],
    ['//things/a', 404],
    ['/things/a\\b|{}', 400],
  ])('may be %s', async (target, status) => {
    const answer = await rawRequest(url, head(target, 'Host: a'))

    expect(answer.status).toBe(status)
    expect(answer.text).not.toMatch('malformed-request')
    read.length = 0
  })
})

describe('with CHECK_HOST', () => {
  const sample = buildSample({ env: { CHECK_HOST: 'on' } })
  let url: string
  beforeAll(async () => {
    ;({ url } = await sample.start())
  })
  afterAll(() => sample.stop())

  it.each(['localhost', 'localhost:8081', '127.0.0.1:80', '[::1]:80', 'Sample', 'sample:8080'])(
    'a service answers to %s',
    async (host) => {
      expect((await rawRequest(url, head('/things/a', `Host: ${host}`))).status).toBe(200)
    },
  )

  it.each(['rebound.example.com', 'localhost.example.com', 'other', '127.0.0.1.example.com', ''])(
    'a service does not answer to %j',
    async (host) => {
      const { status, text } = await rawRequest(url, head('/things/a', `Host: ${host}`))

      expect(status).toBe(421)
      expect(text).toMatch('/problems/misdirected-request')
    },
  )
})

describe('a deadline from the caller', () => {
  it.each(['0', '1'])('of %s ms is answered without a stack in the log', async (deadline) => {
    const sample = buildSample({ read: (id) => sleep(50, { id, name: 'A' }) })
    const { url } = await sample.start()

    const { status } = await fetch(`${url}/things/a`, { headers: { 'X-Deadline-Ms': deadline } })

    expect(status).toBe(503)
    expect(JSON.stringify(sample.logs.lines)).not.toContain('"stack"')
    await sample.stop()
  })

  it('counts for nothing on a public port', async () => {
    const sample = buildSample({ isPublic: true })
    const { url } = await sample.start()

    expect((await fetch(`${url}/things/a`, { headers: { 'X-Deadline-Ms': '0' } })).status).toBe(200)
    await sample.stop()
  })
})
