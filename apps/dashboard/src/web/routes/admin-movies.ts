import { isDeepStrictEqual } from 'node:util'
import express from 'express'
import type { Request, Response, Router } from 'express'
import { MovieInput, MoviePatch, moviesApi } from '@matinee/contracts/movie'
import type { Movie } from '@matinee/contracts/movie'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { allTheatres } from '../../domain/catalogue.ts'
import { fieldErrors, filled, upstreamErrors, valueOf, valuesOf } from '../forms.ts'
import type { FieldErrors } from '../forms.ts'
import { movieFormPage } from '../pages/admin-movie.ts'
import type { MovieForm } from '../pages/admin-movie.ts'
import { formToken } from '../session.ts'
import type { Context } from './context.ts'

const emptyForm: MovieForm = {
  title: '',
  synopsis: '',
  durationMinutes: '',
  genres: '',
  certificate: '',
  releaseYear: '',
  posterUrl: '',
  everywhere: true,
  listings: [],
}

const plain: FieldErrors = {
  title: 'Give a title.',
  durationMinutes: 'Give a whole number of minutes, from 1 to 1000.',
  releaseYear: 'Give a year from 1880 to 2200, or none.',
}

function formOf(movie: Movie): MovieForm {
  const { title, synopsis, durationMinutes, genres, certificate, releaseYear, posterUrl, listings } = movie
  return {
    title,
    synopsis: synopsis ?? '',
    durationMinutes: String(durationMinutes),
    genres: genres.join(', '),
    certificate: certificate ?? '',
    releaseYear: releaseYear === undefined ? '' : String(releaseYear),
    posterUrl: posterUrl ?? '',
    everywhere: false,
    listings: listings.map(({ theatre, screen, showtimes }) => ({
      theatreId: theatre.id,
      screen,
      showtimes: showtimes.map((time) => time.replace(':00.000Z', 'Z')).join('\n'),
    })),
  }
}

function readForm(req: Request): MovieForm {
  const [screens, showtimes] = [valuesOf(req, 'screen'), valuesOf(req, 'showtimes')]
  return {
    title: valueOf(req, 'title'),
    synopsis: valueOf(req, 'synopsis'),
    durationMinutes: valueOf(req, 'durationMinutes'),
    genres: valueOf(req, 'genres'),
    certificate: valueOf(req, 'certificate'),
    releaseYear: valueOf(req, 'releaseYear'),
    posterUrl: valueOf(req, 'posterUrl'),
    everywhere: valueOf(req, 'everywhere') === 'yes',
    listings: valuesOf(req, 'theatreId')
      .map((theatreId, index) => ({
        theatreId,
        screen: screens[index] ?? '',
        showtimes: showtimes[index] ?? '',
      }))
      .filter(({ theatreId }) => theatreId !== ''),
  }
}

/** `2026-12-01T18:00Z` with its seconds, as the contract has it. */
function timesOf(showtimes: string): string[] {
  const times = showtimes.split(/\s+/).filter((time) => time !== '')
  return times.map((time) => time.replace(/T(\d\d:\d\d)Z$/, 'T$1:00Z'))
}

/** The form as the contract has it; what is not a number fails there. */
function inputOf(form: MovieForm) {
  return {
    title: form.title,
    synopsis: filled(form.synopsis),
    durationMinutes: Number(form.durationMinutes),
    genres: form.genres
      .split(',')
      .map((genre) => genre.trim())
      .filter((genre) => genre !== ''),
    certificate: filled(form.certificate),
    releaseYear: form.releaseYear === '' ? undefined : Number(form.releaseYear),
    posterUrl: filled(form.posterUrl),
    listings: form.listings.map(({ theatreId, screen, showtimes }) => ({
      theatreId,
      screen: filled(screen),
      showtimes: timesOf(showtimes),
    })),
  }
}

/**
 * The form as a merge patch: what was left empty is taken away, and listings that are as they were are left out, so that
 * a title can be mended while a theatre is closed.
 */
function patchOf(form: MovieForm, current: Movie) {
  const {
    synopsis = null,
    certificate = null,
    releaseYear = null,
    posterUrl = null,
    listings,
    ...rest
  } = inputOf(form)
  const isSame = isDeepStrictEqual(listings, inputOf(formOf(current)).listings)
  return { ...rest, synopsis, certificate, releaseYear, posterUrl, ...(!isSame && { listings }) }
}

/** Adding, changing and removing movies. */
export function adminMovieRouter({ services }: Context): Router {
  async function show(
    req: Request,
    res: Response,
    { id, form = emptyForm, errors = {} }: { id?: string; form?: MovieForm; errors?: FieldErrors } = {},
  ): Promise<void> {
    const theatres = await allTheatres(services)
    res.send(String(movieFormPage({ id, form, theatres, errors, token: formToken(req) })))
  }

  /** Saves, or shows the form again with what a service says against it. */
  async function save(
    req: Request,
    res: Response,
    form: MovieForm,
    work: () => Promise<unknown>,
    id?: string,
  ) {
    try {
      await work()
      res.redirect(303, '/admin')
    } catch (error) {
      if (!(error instanceof UpstreamProblem) || error.status === 404) throw error
      await show(req, res.status(error.status), {
        form,
        errors: upstreamErrors(error, plain),
        ...(id && { id }),
      })
    }
  }

  return express
    .Router()
    .get('/admin/movies/new', async (req, res) => {
      await show(req, res)
    })
    .post('/admin/movies', async (req, res) => {
      const form = readForm(req)
      const input = { ...inputOf(form), ...(form.everywhere && { listings: undefined }) }
      const body = MovieInput.safeParse(input)
      if (body.success)
        await save(req, res, form, () => services.movie.call(moviesApi.createMovie, { body: body.data }))
      else await show(req, res.status(422), { form, errors: fieldErrors(body.error, plain) })
    })
    .get('/admin/movies/:id', async (req, res) => {
      const { id } = req.params
      const movie = await services.movie.call(moviesApi.getMovie, { params: { id } })
      await show(req, res, { id, form: formOf(movie) })
    })
    .post('/admin/movies/:id', async (req, res) => {
      const { id } = req.params
      const form = readForm(req)
      const current = await services.movie.call(moviesApi.getMovie, { params: { id } })
      const body = MoviePatch.safeParse(patchOf(form, current))
      if (body.success) {
        const call = { params: { id }, body: body.data }
        await save(req, res, form, () => services.movie.call(moviesApi.patchMovie, call), id)
      } else await show(req, res.status(422), { id, form, errors: fieldErrors(body.error, plain) })
    })
    .post('/admin/movies/:id/delete', async (req, res) => {
      await services.movie.call(moviesApi.deleteMovie, { params: { id: req.params.id } })
      res.redirect(303, '/admin')
    })
}
