import { randomUUID } from 'node:crypto'
import express from 'express'
import type { Request, Response, Router } from 'express'
import { BookingInput, bookingsApi, screeningsApi } from '@matinee/contracts/booking'
import { moviesApi } from '@matinee/contracts/movie'
import { theatresApi } from '@matinee/contracts/theatre'
import { parse } from '@matinee/service-kit/http/body'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { afterTwin, contentKey } from '../../domain/keyed-call.ts'
import { detailOf, fieldErrors, keyOf, upstreamErrors, valueOf, valuesOf } from '../forms.ts'
import type { FieldErrors } from '../forms.ts'
import type { Html } from '../html.ts'
import { alert } from '../pages/parts.ts'
import { emptyHoldForm, seatsAre, seatsPage } from '../pages/seats.ts'
import type { HoldForm } from '../pages/seats.ts'
import { withAftermath } from '../problems.ts'
import { formToken, rememberBooking } from '../session.ts'
import type { Context } from './context.ts'

const plain: FieldErrors = {
  'customer.name': 'Tell us your name.',
  'customer.email': 'Give an e-mail address, such as ann@example.com.',
  seats: 'Choose one to eight seats.',
}

interface Screening {
  movieId: string
  theatreId: string
  showtime: string
}

/** What is said of a try that held nothing. */
function refusal({ slug, body }: UpstreamProblem): Html {
  const after = 'No seat is held for you, and nothing was charged.'
  switch (slug) {
    case 'seats-taken': {
      const taken = [body['seats']].flat().map(String)
      return alert(`${seatsAre(taken)} taken meanwhile.`, after, 'Choose others below.')
    }
    case 'sold-out':
      return alert('Fewer seats are free than you asked for.', after)
    case 'too-many-holds':
      return alert(
        'This e-mail address holds too many bookings that are not paid.',
        after,
        'Pay or cancel one first.',
      )
    default:
      return alert(detailOf(body), after)
  }
}

/** What is said when nobody knows whether seats are held: the same form sent again finds out. */
const again =
  'Nothing was charged. Seats that are held for you and not paid become free by themselves. Go back and send the form again: it holds your seats only once.'

function readForm(req: Request): HoldForm {
  return {
    pick: valueOf(req, 'pick') === 'best' ? 'best' : 'seats',
    seats: valuesOf(req, 'seats').filter((seat) => seat !== ''),
    quantity: valueOf(req, 'quantity'),
    name: valueOf(req, 'name'),
    email: valueOf(req, 'email'),
  }
}

/** From the seat map to seats that are held. */
export function holdRouter({ services }: Context): Router {
  async function show(
    req: Request,
    res: Response,
    screening: Screening,
    {
      form = emptyHoldForm,
      errors = {},
      notice,
      key = randomUUID(),
    }: { form?: HoldForm; errors?: FieldErrors; notice?: Html; key?: string } = {},
  ): Promise<void> {
    const [movie, theatre, map] = await Promise.all([
      services.movie.call(moviesApi.getMovie, { params: { id: screening.movieId } }),
      services.theatre.call(theatresApi.getTheatre, { params: { id: screening.theatreId } }),
      services.booking.call(screeningsApi.getSeatMap, { query: screening }),
    ])
    res.send(String(seatsPage({ movie, theatre, map, form, errors, notice, key, token: formToken(req) })))
  }

  return express
    .Router()
    .get('/movies/:id/seats', async (req, res) => {
      const query = { movieId: req.params.id, ...req.query }
      const screening = parse(screeningsApi.getSeatMap.query, query, 'invalid-parameter')
      await show(req, res, screening)
    })
    .post('/movies/:id/seats', async (req, res) => {
      const key = keyOf(req)
      const form = readForm(req)
      const screening = {
        movieId: req.params.id,
        theatreId: valueOf(req, 'theatreId'),
        showtime: valueOf(req, 'showtime'),
      }
      const wanted = form.pick === 'best' ? { quantity: Number(form.quantity) } : { seats: form.seats }
      const customer = { name: form.name, email: form.email }
      const input = BookingInput.safeParse({ ...screening, ...wanted, customer })
      if (!input.success) {
        res.status(422)
        await show(req, res, screening, { form, key, errors: fieldErrors(input.error, plain) })
        return
      }
      try {
        const booking = await afterTwin(() =>
          services.booking.call(bookingsApi.createBooking, {
            body: input.data,
            idempotencyKey: contentKey(key, input.data),
          }),
        )
        rememberBooking(req, booking.id)
        res.redirect(303, `/bookings/${booking.id}/pay`)
      } catch (error) {
        if (error instanceof UpstreamProblem) {
          res.status(error.status)
          const errors = error.slug === 'validation-failed' ? upstreamErrors(error, plain) : {}
          await show(req, res, screening, { form, errors, notice: refusal(error) })
        } else throw error instanceof ProblemError ? withAftermath(error, again) : error
      }
    })
}
