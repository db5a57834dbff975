import { randomUUID } from 'node:crypto'
import express from 'express'
import type { Request, Response, Router } from 'express'
import { BookingInput, screeningsApi } from '@matinee/contracts/booking'
import { moviesApi } from '@matinee/contracts/movie'
import { theatresApi } from '@matinee/contracts/theatre'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { parse } from '@matinee/service-kit/http/parse'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context } from '../../domain/context.ts'
import { holdSeats } from '../../domain/hold-seats.ts'
import { detailOf, fieldErrors, keyOf, upstreamErrors, valueOf, valuesOf } from '../forms.ts'
import type { FieldErrors } from '../forms.ts'
import type { Html } from '../html.ts'
import { alert } from '../pages/parts.ts'
import { emptyHoldForm, seatsAre, seatsPage } from '../pages/seats.ts'
import type { HoldForm } from '../pages/seats.ts'
import { withConsequence } from '../problems.ts'
import { formToken, rememberBooking } from '../session.ts'

const messages: FieldErrors = {
  'customer.name': 'Give your name.',
  'customer.email': 'Give an e-mail address, such as ann@example.com.',
  seats: 'Choose one to eight seats.',
}

interface Screening {
  movieId: string
  theatreId: string
  showtime: string
}

function refusal({ slug, body }: UpstreamProblem): Html {
  const consequence = 'No seats are held for you, and nothing was charged.'
  switch (slug) {
    case 'seats-taken': {
      const taken = [body['seats']].flat().map(String)
      return alert(`${seatsAre(taken)} no longer free.`, consequence, 'Choose others below.')
    }
    case 'sold-out':
      return alert('Fewer seats are free than you asked for.', consequence)
    case 'too-many-holds':
      return alert(
        'This e-mail address holds too many bookings that are not paid.',
        consequence,
        'Pay or cancel one first.',
      )
    default:
      return alert(detailOf(body), consequence)
  }
}

/** Whether seats are held is unknown; submitting the same form again finds out. */
const unknownOutcome =
  'Nothing was charged. Any seats held for you become free by themselves unless you pay. Go back and send the form again: it holds your seats only once.'

function readForm(req: Request): HoldForm {
  return {
    pick: valueOf(req, 'pick') === 'best' ? 'best' : 'seats',
    seats: valuesOf(req, 'seats').filter((seat) => seat !== ''),
    quantity: valueOf(req, 'quantity'),
    name: valueOf(req, 'name'),
    email: valueOf(req, 'email'),
  }
}

/** The seat map and its form. */
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
      const query = { ...req.query, movieId: req.params.id }
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
        await show(req, res, screening, { form, key, errors: fieldErrors(input.error, messages) })
        return
      }
      try {
        const { id } = await holdSeats(services, input.data, key)
        rememberBooking(req, id)
        res.redirect(303, `/bookings/${id}/pay`)
      } catch (error) {
        if (error instanceof UpstreamProblem) {
          res.status(error.status)
          const errors = error.slug === 'validation-failed' ? upstreamErrors(error, messages) : {}
          await show(req, res, screening, { form, errors, notice: refusal(error) })
        } else throw error instanceof ProblemError ? withConsequence(error, unknownOutcome) : error
      }
    })
}
