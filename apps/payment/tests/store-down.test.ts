import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, startDatabase } from '@matinee/local-stack/databases/databases'
import type { DatabaseServer } from '@matinee/local-stack/databases/server'
import { eventually } from '@matinee/test-kit/eventually'
import { aCard, anOrder, cards, problem, startReplica, withKey } from './start-service.ts'

let folder: string
let server: DatabaseServer
let url: string
let payment: Awaited<ReturnType<typeof startReplica>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'payment-'))
  server = await startDatabase('mysql', { dataDir: folder })
  url = await openDatabase(server, 'payment')
  payment = await startReplica(url)
})
afterAll(async () => {
  await payment.stop()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('When the database is killed', () => {
  it('the service answers 503, loses nothing that it acknowledged, and recovers after a restart', async () => {
    for (let round = 0; round < 3; round += 1) {
      const order = anOrder()
      const headers = withKey()
      const before = await payment.api.post('/payments').set(headers).send(order)
      const inFlight = Promise.all(
        Array.from({ length: 20 }, () => payment.api.post('/payments').set(withKey()).send(anOrder())),
      )

      await server.kill()

      const answered = await inFlight
      for (const { status } of answered) expect([201, 503]).toContain(status)
      const path = `/payments/${String(before.body.id)}`
      const whileDown = await Promise.all([
        payment.api.post('/payments').set(headers).send(order),
        payment.api.get(path),
        payment.api.get('/payments?unsettled=true'),
        payment.api.post(`${path}/settle`),
        payment.api.post(`${path}/refund`).set(withKey()),
      ])
      for (const down of whileDown) {
        expect(down.status).toBe(503)
        expect(down.body).toMatchObject(problem('store-unavailable'))
        expect(down.headers['retry-after']).toBe('1')
        expect(down.text).not.toMatch(/pool|127\.0\.0\.1|ECONN|Prisma/)
      }
      expect((await payment.api.get('/readyz')).status).toBe(200)

      await server.restart()

      for (const { headers: kept, status } of answered.filter((answer) => answer.status === 201))
        expect([status, (await payment.api.get(kept.location ?? '')).status]).toEqual([201, 200])
      const after = await payment.api.post('/payments').set(headers).send(order)
      expect(after.text).toBe(before.text)
      expect(after.headers['idempotency-replayed']).toBe('true')
      expect((await payment.api.post('/payments').set(withKey()).send(anOrder())).status).toBe(201)
    }
  }, 60_000)
})

describe('When the database hangs', () => {
  let replica: typeof payment
  afterAll(() => replica.stop())

  it('the service answers 503, and a retry charges once whatever became of the statement', async () => {
    const hanging = Promise.withResolvers<undefined>()
    let slowCard = async () => {
      slowCard = () => Promise.resolve()
      await server.pause()
      hanging.resolve(undefined)
    }
    replica = await startReplica(url, { slowCard: () => slowCard(), leaseMs: 1_000 })
    const order = anOrder({ card: aCard({ number: cards.slow }) })
    const headers = withKey()
    const pay = async () => await replica.api.post('/payments').set(headers).send(order)
    const list = () => replica.api.get(`/payments?bookingId=${order.bookingId}`)

    // The payment has begun; the statement that records its charge gets no answer.
    const charging = pay()
    await hanging.promise
    const started = performance.now()
    const answers = await Promise.all([charging, ...Array.from({ length: 20 }, list)]).finally(() =>
      server.resume(),
    )

    for (const { status, body } of answers)
      expect({ status, ...(body as object) }).toMatchObject({ status: 503, ...problem('store-unavailable') })
    expect(performance.now() - started).toBeLessThan(10_000)
    const paid = await eventually(async () => {
      const answer = await pay()
      expect(answer.status).toBe(201)
      return answer
    }, 20_000)
    expect((await list()).body.items).toEqual([paid.body])
  }, 60_000)
})
