import { randomUUID } from 'node:crypto'
import express from 'express'
import type { Request, RequestHandler, Response, Router } from 'express'
import { bookingsApi } from '@matinee/contracts/booking'
import type { Booking } from '@matinee/contracts/booking'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { timeZoneOf } from '../../domain/catalogue.ts'
import type { Context } from '../../domain/context.ts'
import { retryWhileInUse } from '../../domain/idempotency.ts'
import { detailOf, fieldErrors, keyOf, valueOf } from '../forms.ts'
import type { FieldErrors } from '../forms.ts'
import type { Html } from '../html.ts'
import { bookingsPage } from '../pages/bookings.ts'
import { alert } from '../pages/parts.ts'
import { stateOf, ticketPage } from '../pages/ticket.ts'
import type { PaymentNews } from '../pages/ticket.ts'
import { withConsequence } from '../problems.ts'
import { bookingsOf, formToken, rememberBooking } from '../session.ts'

const unknownOutcome =
  'We do not know whether your booking is cancelled: look at its page. Cancelling it again is safe, and refunds once.'

function paymentNewsOf({ query }: Request): PaymentNews {
  const { payment } = query
  return payment === 'taken' || payment === 'unknown' ? payment : undefined
}

/** Tickets, this visitor's bookings, the search for others, and cancelling. */
export function bookingRouter({ services }: Context, { findLimit }: { findLimit: RequestHandler }): Router {
  const { getBooking, findBooking, cancelBooking } = bookingsApi

  async function findOwn(id: string): Promise<Booking | undefined> {
    try {
      return await services.booking.call(getBooking, { params: { id } })
    } catch (error) {
      if (error instanceof UpstreamProblem && error.status === 404) return undefined
      throw error
    }
  }

  async function showTicket(req: Request, res: Response, booking: Booking, notice?: Html): Promise<void> {
    const timeZone = await timeZoneOf(services, booking.theatre.id)
    const form = { token: formToken(req), key: randomUUID() }
    const view = { booking, timeZone, paymentNews: paymentNewsOf(req), notice, now: new Date(), ...form }
    res.send(String(ticketPage(view)))
  }

  async function showList(
    req: Request,
    res: Response,
    {
      form = { reference: '', email: '' },
      errors = {},
      notice,
    }: { form?: { reference: string; email: string }; errors?: FieldErrors; notice?: Html } = {},
  ): Promise<void> {
    const found = (await Promise.all(bookingsOf(req).map(findOwn))).filter((booking) => booking !== undefined)
    const theatreIds = [...new Set(found.map(({ theatre }) => theatre.id))]
    const zones = new Map(
      await Promise.all(theatreIds.map(async (id) => [id, await timeZoneOf(services, id)] as const)),
    )
    const bookings = found.map((booking) => ({ booking, timeZone: zones.get(booking.theatre.id) ?? 'UTC' }))
    res.send(String(bookingsPage({ bookings, form, errors, notice, token: formToken(req) })))
  }

  return express
    .Router()
    .get('/bookings', async (req, res) => {
      await showList(req, res)
    })
    .post('/bookings/find', findLimit, async (req, res) => {
      const form = { reference: valueOf(req, 'reference'), email: valueOf(req, 'email') }
      const query = findBooking.query.safeParse(form)
      if (!query.success) {
        await showList(req, res.status(422), { form, errors: fieldErrors(query.error) })
        return
      }
      try {
        const { id } = await services.booking.call(findBooking, { query: query.data })
        rememberBooking(req, id)
        res.redirect(303, `/bookings/${id}`)
      } catch (error) {
        if (!(error instanceof UpstreamProblem) || error.status !== 404) throw error
        const notice = alert('There is no booking with this reference and e-mail address.')
        await showList(req, res.status(404), { form, notice })
      }
    })
    .get('/bookings/:id', async (req, res) => {
      const booking = await services.booking.call(getBooking, { params: { id: req.params.id } })
      if (req.get('HX-Request') === 'true' && req.query['seen'] === stateOf(booking)) res.status(204).end()
      else await showTicket(req, res, booking)
    })
    .post('/bookings/:id/cancel', async (req, res) => {
      const call = { params: { id: req.params.id }, body: {}, idempotencyKey: keyOf(req) }
      try {
        const { id } = await retryWhileInUse(() => services.booking.call(cancelBooking, call))
        res.redirect(303, `/bookings/${id}`)
      } catch (error) {
        if (error instanceof UpstreamProblem && error.status === 409) {
          const booking = await services.booking.call(getBooking, call)
          const notice = alert(detailOf(error.body), 'It is not cancelled, and nothing was refunded.')
          await showTicket(req, res.status(409), booking, notice)
        } else throw error instanceof ProblemError ? withConsequence(error, unknownOutcome) : error
      }
    })
}
