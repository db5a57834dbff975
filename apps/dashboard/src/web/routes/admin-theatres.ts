import express from 'express'
import type { Request, Response, Router } from 'express'
import { TheatreInput, TheatrePatch, theatresApi } from '@matinee/contracts/theatre'
import type { Theatre } from '@matinee/contracts/theatre'
import type { Context } from '../../domain/context.ts'
import { emptyToUndefined, saveForm, valueOf } from '../forms.ts'
import type { FieldErrors } from '../forms.ts'
import { theatreFormPage } from '../pages/admin-theatre.ts'
import type { TheatreForm } from '../pages/admin-theatre.ts'
import { formToken } from '../session.ts'

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

const messages: FieldErrors = {
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

/**
 * Parses `Main, 10 x 12`. Anything else yields NaN, which the schema refuses.
 *
 * @param line trimmed, without two spaces in a row: the pattern takes linear time, as none of its repetitions but the
 * first is unlimited
 */
function screenOf(line: string) {
  const [, name = line, rows, seatsPerRow] = /^(.+?),? (\d{1,3}) ?[x×] ?(\d{1,3})$/.exec(line) ?? []
  return { name, rows: Number(rows), seatsPerRow: Number(seatsPerRow) }
}

function inputOf({ amount, currency, address, screens, ...form }: TheatreForm) {
  const lines = screens
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
  return {
    ...form,
    address: emptyToUndefined(address),
    price: { amount: Number(amount), currency },
    screens: lines.map(screenOf),
  }
}

/** All screens share one field, and so their errors one message. */
function mergeScreenErrors(errors: FieldErrors): FieldErrors {
  const isScreen = Object.keys(errors).some((path) => path.startsWith('screens.'))
  return isScreen
    ? { ...errors, screens: 'Each line is a name and 1-26 rows x 1-40 seats, such as Main, 10 x 12.' }
    : errors
}

/** Adding, editing, closing and deleting theatres. */
export function adminTheatreRouter({ services: { theatre } }: Context): Router {
  function show(req: Request, res: Response, form: TheatreForm, errors: FieldErrors = {}, id?: string): void {
    const view = { id, form, errors: mergeScreenErrors(errors), token: formToken(req) }
    res.send(String(theatreFormPage(view)))
  }

  return express
    .Router()
    .get('/admin/theatres/new', (req, res) => {
      show(req, res, emptyForm)
    })
    .post('/admin/theatres', async (req, res) => {
      const form = readForm(req)
      await saveForm(res, {
        schema: TheatreInput,
        input: inputOf(form),
        messages,
        save: (body) => theatre.call(theatresApi.createTheatre, { body }),
        show: (errors) => {
          show(req, res, form, errors)
        },
      })
    })
    .get('/admin/theatres/:id', async (req, res) => {
      const { id } = req.params
      show(req, res, formOf(await theatre.call(theatresApi.getTheatre, { params: { id } })), {}, id)
    })
    .post('/admin/theatres/:id', async (req, res) => {
      const { id } = req.params
      const form = readForm(req)
      const { address = null, ...input } = inputOf(form)
      await saveForm(res, {
        schema: TheatrePatch,
        input: { ...input, address },
        messages,
        save: (body) => theatre.call(theatresApi.patchTheatre, { params: { id }, body }),
        show: (errors) => {
          show(req, res, form, errors, id)
        },
      })
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
