import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { aCard, anOrder, cards, startService, withKey } from './start-service.ts'

let payment: Awaited<ReturnType<typeof startService>>
beforeAll(async () => {
  payment = await startService('card_data', {
    slowCard: () => Promise.resolve(),
    env: { LOG_LEVEL: 'debug' },
  })
})
afterAll(() => payment.stop())

async function dump(): Promise<string> {
  const tables = await payment.database.query('SHOW TABLES')
  const contents = await Promise.all(
    tables.flatMap(Object.values).map((table) => payment.database.query(`SELECT * FROM ${String(table)}`)),
  )
  return JSON.stringify(contents)
}

it('leaves no card number, cvc or holder in the store, the logs, the metrics or the answers', async () => {
  const secrets = { cvc: '8341', holder: 'Grace Murray Hopper' }
  const answers: string[] = []
  const post = async (order: object, headers = withKey()) => {
    const { status, text } = await payment.api.post('/payments').set(headers).send(order)
    answers.push(text)
    return status
  }
  const numbers = [...Object.values(cards), '5555555555554444', '4242424242424241']
  const statuses = new Set<number>()
  for (const number of numbers) {
    const order = anOrder({ card: aCard({ ...secrets, number }) })
    const headers = withKey()
    statuses
      .add(await post(order, headers))
      .add(await post(order, headers))
      .add(await post(order))
    statuses.add(await post({ ...order, amount: -1 })).add(await post({ ...order, amount: 7 }, headers))
  }
  expect([...statuses].sort()).toEqual([201, 402, 409, 422])

  const everything = [await dump(), payment.logs.text(), await payment.metrics(), ...answers].join('\n')

  for (const number of numbers) {
    expect(everything).not.toContain(number)
    expect(everything).not.toContain(number.slice(0, 12))
    expect(everything).not.toContain(Buffer.from(number).toString('base64').slice(0, 16))
  }
  expect(everything).not.toContain(secrets.holder)
  // An id may hold any four digits: the cvc is looked for where it could stand alone.
  expect(everything).not.toMatch(/(?<![0-9a-f-])8341(?![0-9a-f-])/)
})
