import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, startDatabase } from '@matinee/local-stack/databases/databases'
import type { DatabaseServer } from '@matinee/local-stack/databases/server'
import { anOrder, problem, startReplica, withKey } from './start-service.ts'

let folder: string
let server: DatabaseServer
let payment: Awaited<ReturnType<typeof startReplica>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'payment-'))
  server = await startDatabase('mysql', { dataDir: folder })
  payment = await startReplica(await openDatabase(server, 'payment'))
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
