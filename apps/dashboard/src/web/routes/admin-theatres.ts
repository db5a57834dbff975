import express from 'express'
import type { Request, Response, Router } from 'express'
import { TheatreInput, TheatrePatch, theatresApi } from '@matinee/contracts/theatre'
import type { Theatre } from '@matinee/contracts/theatre'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { fieldErrors, filled, upstreamErrors, valueOf } from '../forms.ts'
import type { FieldErrors } from '../forms.ts'
import { theatreFormPage } from '../pages/admin-theatre.ts'
import type { TheatreForm } from '../pages/admin-theatre.ts'
import { formToken } from '../session.ts'
import type { Context } from './context.ts'

const emptyForm: TheatreForm = {
  name: '',
  city: '',
  address: '',
  timeZone: 'UTC',
  available: true,
  amount: '',
  currency: 'EUR',
  screens: 'Main, 10 x 12',
}

const plain: FieldErrors = {
  name: 'Give a name.',
  city: 'Give a city.',
  'price.amount': 'Give a whole number of minor units, at least 1.',
}

function formOf({ name, city, address = '', timeZone, available, price, screens }: Theatre): TheatreForm {
  return {
    name,
    city,
    address,
    timeZone,
    available,
    amount: String(price.amount),
    currency: price.currency,
    screens: screens.map((screen) => `${screen.name}, ${screen.rows} x ${screen.seatsPerRow}`).join('\n'),
  }
}

function readForm(req: Request): TheatreForm {
  return {
    name: valueOf(req, 'name'),
    city: valueOf(req, 'city'),
    address: valueOf(req, 'address'),
    timeZone: valueOf(req, 'timeZone'),
    available: valueOf(req, 'available') === 'true',
    amount: valueOf(req, 'amount'),
    currency: valueOf(req, 'currency').toUpperCase(),
    screens: valueOf(req, 'screens'),
  }
}

/** `Main, 10 x 12`; what has another form fails against the contract. */
function screenOf(line: string) {
  const [, name = line, rows, seatsPerRow] = /^(.+?),? +(\d+) *[x×] *(\d+)$/.exec(line) ?? []
  return { name, rows: Number(rows), seatsPerRow: Number(seatsPerRow) }
}

/** The form as the contract has it. */
function inputOf({ amount, currency, address, screens, ...form }: TheatreForm) {
  const lines = screens
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return {
    ...form,
    address: filled(address),
    price: { amount: Number(amount), currency },
    screens: lines.map(screenOf),
  }
}

/** What is wrong with a line is said of them all. */
function onForm(errors: FieldErrors): FieldErrors {
  const isScreen = Object.keys(errors).some((path) => path.startsWith('screens.'))
  return isScreen
    ? { ...errors, screens: 'Each line is a name, 1-26 rows x 1-40 seats, such as Main, 10 x 12.' }
    : errors
}

/** Adding, changing, closing and removing theatres. */
export function adminTheatreRouter({ services: { theatre } }: Context): Router {
  function show(req: Request, res: Response, form: TheatreForm, errors: FieldErrors = {}, id?: string): void {
    res.send(String(theatreFormPage({ id, form, errors: onForm(errors), token: formToken(req) })))
  }

  /** Saves, or shows the form again with what the service says against it. */
  async function save(
    req: Request,
    res: Response,
    form: TheatreForm,
    work: () => Promise<unknown>,
    id?: string,
  ) {
    try {
      await work()
      res.redirect(303, '/admin')
    } catch (error) {
      if (!(error instanceof UpstreamProblem) || error.status === 404) throw error
      show(req, res.status(error.status), form, upstreamErrors(error, plain), id)
    }
  }

  return express
    .Router()
    .get('/admin/theatres/new', (req, res) => {
      show(req, res, emptyForm)
    })
    .post('/admin/theatres', async (req, res) => {
      const form = readForm(req)
      const body = TheatreInput.safeParse(inputOf(form))
      if (body.success)
        await save(req, res, form, () => theatre.call(theatresApi.createTheatre, { body: body.data }))
      else show(req, res.status(422), form, fieldErrors(body.error, plain))
    })
    .get('/admin/theatres/:id', async (req, res) => {
      const { id } = req.params
      show(req, res, formOf(await theatre.call(theatresApi.getTheatre, { params: { id } })), {}, id)
    })
    .post('/admin/theatres/:id', async (req, res) => {
      const { id } = req.params
      const form = readForm(req)
      const { address = null, ...input } = inputOf(form)
      const body = TheatrePatch.safeParse({ ...input, address })
      if (body.success) {
        const call = { params: { id }, body: body.data }
        await save(req, res, form, () => theatre.call(theatresApi.patchTheatre, call), id)
      } else show(req, res.status(422), form, fieldErrors(body.error, plain), id)
    })
    .post('/admin/theatres/:id/availability', async (req, res) => {
      const body = { available: valueOf(req, 'available') === 'true' }
      await theatre.call(theatresApi.patchTheatre, { params: { id: req.params.id }, body })
      res.redirect(303, '/admin')
    })
    .post('/admin/theatres/:id/delete', async (req, res) => {
      await theatre.call(theatresApi.deleteTheatre, { params: { id: req.params.id } })
      res.redirect(303, '/admin')
    })
}
