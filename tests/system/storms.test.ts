import { expect, it } from '@jest/globals'
import { baseUrl } from '../e2e/support/api.ts'
import { storms } from '../tools/storms.ts'

it('charges a booking once in 50 bursts of ten payments under one key, and in 50 under ten keys', async () => {
  const paymentDatabaseUrl = String(process.env['PAYMENT_DATABASE_URL'])
  expect(await storms({ baseUrl, paymentDatabaseUrl }, 50)).toEqual([])
}, 60_000)
