import { randomUUID } from 'node:crypto'
import express from 'express'
import type { Request, Response, Router } from 'express'
import { bookingsApi } from '@matinee/contracts/booking'
import type { Booking } from '@matinee/contracts/booking'
import { Card } from '@matinee/contracts/payment'
import { timeZoneOf } from '../../domain/catalogue.ts'
import type { Context } from '../../domain/context.ts'
import { payBooking } from '../../domain/pay-booking.ts'
import type { PaymentOutcome } from '../../domain/pay-booking.ts'
import type { LimitPayments } from '../../payment-limits.ts'
import { fieldErrors, keyOf, upstreamErrors, valueOf } from '../forms.ts'
import type { FieldErrors } from '../forms.ts'
import type { Html } from '../html.ts'
import { alert } from '../pages/parts.ts'
import { payPage } from '../pages/pay.ts'
import { formToken } from '../session.ts'

const messages: FieldErrors = {
  number: 'Give the 12 to 19 digits of the card.',
  expiryMonth: 'Give month and year, such as 08/29.',
  expiryYear: 'Give month and year, such as 08/29.',
  cvc: 'Give the 3 or 4 digits.',
  holder: 'Give the name on the card.',
}

/** The outcomes after which the customer sees the form again. */
const refusals = {
  declined: {
    status: 402,
    title: 'The bank declined this card.',
    advice: 'Nothing was charged, and your seats are still held. Try another card.',
  },
  refused: {
    status: 422,
    title: 'The card was not accepted.',
    advice: 'Nothing was charged, and your seats are still held.',
  },
  unavailable: {
    status: 503,
    title: 'Payment is unavailable at the moment.',
    advice:
      'Your seats are still held. We do not know whether your card was charged, but trying again is safe: a booking is charged only once.',
  },
  reused: {
    status: 409,
    title: 'This form was sent before with another card.',
    advice: 'Your seats are still held. Fill it in again: a booking is charged only once.',
  },
  'wrong-amount': {
    status: 402,
    title: 'Your payment did not match the price.',
    advice: 'It is paid back by itself. Your seats are still held: pay the price below.',
  },
} as const

const declines: Record<string, string> = {
  'insufficient-funds': 'The account of this card does not cover the price.',
  'expired-card': 'This card has expired.',
}

/** The form has month and year in one field, and allows spaces in the number. */
function readCard(req: Request) {
  const [, month, year] = /^(\d{1,2}) ?[/.-]? ?((?:20)?\d\d)$/.exec(valueOf(req, 'expiry')) ?? []
  return Card.safeParse({
    number: valueOf(req, 'number').replace(/[ -]/g, ''),
    expiryMonth: Number(month),
    expiryYear: year?.length === 2 ? 2000 + Number(year) : Number(year),
    cvc: valueOf(req, 'cvc'),
    holder: valueOf(req, 'holder'),
  })
}

/** Maps schema paths to the form's fields: month and year share one, and the service's paths begin with `card.`. */
function toFormFields({ expiryMonth, expiryYear, ...errors }: FieldErrors): FieldErrors {
  const expiry = expiryMonth ?? expiryYear
  const others = Object.entries(errors).map(([path, error]) => [path.replace(/^card\./, ''), error] as const)
  return { ...Object.fromEntries(others), ...(expiry !== undefined && { expiry }) }
}

/** The card form. */
export function payRouter({ services }: Context, limitPayments: LimitPayments): Router {
  const read = (id: string) => services.booking.call(bookingsApi.getBooking, { params: { id } })

  async function show(
    req: Request,
    res: Response,
    booking: Booking,
    { errors = {}, notice, key = randomUUID() }: { errors?: FieldErrors; notice?: Html; key?: string } = {},
  ): Promise<void> {
    const timeZone = await timeZoneOf(services, booking.theatre.id)
    const holder = valueOf(req, 'holder')
    const view = { booking, timeZone, holder, errors, notice, key, token: formToken(req), now: new Date() }
    res.send(String(payPage(view)))
  }

  async function showOutcome(
    req: Request,
    res: Response,
    booking: Booking,
    key: string,
    outcome: PaymentOutcome,
  ): Promise<void> {
    const { state } = outcome
    if (state === 'confirmed') res.redirect(303, `/bookings/${booking.id}`)
    else if (state === 'taken' || state === 'unknown')
      res.redirect(303, `/bookings/${booking.id}?payment=${state}`)
    else {
      const { status, title, advice } = refusals[state]
      const reason = state === 'declined' ? declines[outcome.reason] : undefined
      const errors = state === 'refused' ? toFormFields(upstreamErrors(outcome.problem)) : {}
      const isRetryable = state === 'unavailable'
      if (isRetryable) res.set('Retry-After', '1')
      const view = { notice: alert(reason ?? title, advice), errors, ...(isRetryable && { key }) }
      await show(req, res.status(status), booking, view)
    }
  }

  async function pay(req: Request, res: Response): Promise<void> {
    const key = keyOf(req)
    const booking = await read(String(req.params['id']))
    if (booking.status !== 'pending') {
      res.redirect(303, `/bookings/${booking.id}`)
      return
    }
    const card = readCard(req)
    if (card.success)
      await showOutcome(req, res, booking, key, await payBooking(services, booking, card.data, key))
    else
      await show(req, res.status(422), booking, {
        key,
        errors: toFormFields(fieldErrors(card.error, messages)),
      })
  }

  return express
    .Router()
    .get('/bookings/:id/pay', async (req, res) => {
      const booking = await read(req.params.id)
      if (booking.status === 'pending') await show(req, res, booking)
      else res.redirect(303, `/bookings/${booking.id}`)
    })
    .post('/bookings/:id/pay', limitPayments(pay))
}
