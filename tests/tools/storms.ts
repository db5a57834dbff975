/**
 * Ten payments of one booking at once, again and again: `make storms STORMS=1000`. Whether they are one request that is
 * repeated or ten that know nothing of each other, the card is charged once.
 */
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startStack } from '@matinee/local-stack/stack'
import { ownAddress } from '../e2e/support/address.ts'
import { goodCard } from '../e2e/support/api.ts'
import { connectPayment, readPaymentStore } from './audit/snapshot.ts'

const atOnce = 10
const side = 5

interface Target {
  /** Of the public API. */
  baseUrl: string
  paymentDatabaseUrl: string
}

/** Ten payments at once, under one key or one each; gives the booking that they are for, and what was odd. */
async function storm({ baseUrl }: Target, isOneKey: boolean): Promise<{ bookingId: string; odd: string[] }> {
  const bookingId = randomUUID()
  const body = JSON.stringify({ bookingId, amount: 1200, currency: 'EUR', card: goodCard })
  const key = randomUUID()
  const address = ownAddress()
  const answers = await Promise.all(
    Array.from({ length: atOnce }, async () => {
      const response = await fetch(`${baseUrl}/api/payments`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Idempotency-Key': isOneKey ? key : randomUUID(),
          ...address,
        },
        body,
      })
      return { status: response.status, text: await response.text() }
    }),
  )
  const captured = answers.filter(({ status }) => status === 201)
  const odd = answers.filter(({ status }) => status !== 201 && status !== 409).map(({ text }) => text)
  if (new Set(captured.map(({ text }) => text)).size !== 1) odd.push('not one payment was answered')
  if (!isOneKey && captured.length !== 1) odd.push(`${captured.length} of ten keys were answered 201`)
  return { bookingId, odd }
}

/** So many storms of each kind. Gives what went wrong: nothing, when every booking has one charge. */
export async function storms(target: Target, count: number): Promise<string[]> {
  const kinds = Array.from({ length: count * 2 }, (_, index) => index % 2 === 0)
  const results: Awaited<ReturnType<typeof storm>>[] = []
  while (kinds.length > 0) {
    const together = kinds.splice(0, side).map((isOneKey) => storm(target, isOneKey))
    results.push(...(await Promise.all(together)))
  }
  const connection = await connectPayment(target.paymentDatabaseUrl)
  const { payments } = await readPaymentStore(connection).finally(() => connection.end())
  const charges = Map.groupBy(
    payments.filter(({ charge }) => charge === 'captured'),
    ({ bookingId }) => bookingId,
  )
  return results.flatMap(({ bookingId, odd }) => {
    const times = charges.get(bookingId)?.length ?? 0
    return times === 1 ? odd : [...odd, `booking ${bookingId} was charged ${times} times`]
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const count = Number(process.env['STORMS'] ?? 1_000)
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const stack = await startStack({
    dataDir: resolve('.data/storms'),
    env: { dashboard: { TRUSTED_HOPS: '1' } },
    say,
  })
  try {
    const began = performance.now()
    const wrong = await storms(
      { baseUrl: stack.services.dashboard.url, paymentDatabaseUrl: stack.databaseUrls.payment },
      count,
    )
    for (const line of wrong) say(line)
    const seconds = ((performance.now() - began) / 1_000).toFixed(0)
    say(
      `${count} storms of ten payments under one key, ${count} under ten keys, in ${seconds} s: ${wrong.length} wrong`,
    )
    if (wrong.length > 0) process.exitCode = 1
  } finally {
    await stack.stop()
  }
}
