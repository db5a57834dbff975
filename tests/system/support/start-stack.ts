import { resolve } from 'node:path'
import { startStack } from '@matinee/local-stack/stack'
import type { Stack } from '@matinee/local-stack/stack'

let stack: Stack | undefined

/** A Jest `globalSetup`: starts the whole system in real processes. */
export default async function setUp(): Promise<void> {
  stack = await startStack({
    dataDir: resolve('.data/stack'),
    durable: false,
    env: { dashboard: { TRUSTED_HOPS: '1' } },
    say: (line) => process.stderr.write(`${line}\n`),
  })
  process.env['BASE_URL'] = stack.services.dashboard.url
  process.env['ADMIN_TOKEN'] = stack.adminToken
  process.env['SERVICE_URLS'] = JSON.stringify(
    Object.fromEntries(Object.values(stack.services).map(({ name, url }) => [name, url])),
  )
  process.env['THEATRE_METRICS_URL'] = stack.services.theatre.metricsUrl
  process.env['BOOKING_DATABASE_URL'] = stack.databaseUrls.booking
  process.env['PAYMENT_DATABASE_URL'] = stack.databaseUrls.payment
}

/** The matching `globalTeardown`. */
export async function stopStack(): Promise<void> {
  await stack?.stop()
}
