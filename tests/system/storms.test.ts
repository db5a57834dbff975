import { expect, it } from '@jest/globals'
import { baseUrl } from '../e2e/support/api.ts'
import { storms } from '../tools/storms.ts'

it('charges a booking once, 50 times ten identical payments at once, and 50 times ten of strangers', async () => {
  const paymentDatabaseUrl = String(process.env['PAYMENT_DATABASE_URL'])
  expect(await storms({ baseUrl, paymentDatabaseUrl }, 50)).toEqual([])
}, 60_000)
