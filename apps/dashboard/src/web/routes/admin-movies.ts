import { isDeepStrictEqual } from 'node:util'
import express from 'express'
import type { Request, Response, Router } from 'express'
import { MovieInput, MoviePatch, moviesApi } from '@matinee/contracts/movie'
import type { Movie } from '@matinee/contracts/movie'
import { allTheatres } from '../../domain/catalogue.ts'
import type { Context } from '../../domain/context.ts'
import { emptyToUndefined, saveForm, valueOf, valuesOf } from '../forms.ts'
import type { FieldErrors } from '../forms.ts'
import { movieFormPage } from '../pages/admin-movie.ts'
import type { MovieForm } from '../pages/admin-movie.ts'
import { formToken } from '../session.ts'

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

const messages: FieldErrors = {
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

/** Adds the seconds that the contract requires to `2026-12-01T18:00Z`. */
function timesOf(showtimes: string): string[] {
  const times = showtimes.split(/\s+/).filter((time) => time !== '')
  return times.map((time) => time.replace(/T(\d\d:\d\d)Z$/, 'T$1:00Z'))
}

/** Anything that is not a number becomes NaN, which the schema refuses. */
function inputOf(form: MovieForm) {
  return {
    title: form.title,
    synopsis: emptyToUndefined(form.synopsis),
    durationMinutes: Number(form.durationMinutes),
    genres: form.genres
      .split(',')
      .map((genre) => genre.trim())
      .filter((genre) => genre !== ''),
    certificate: emptyToUndefined(form.certificate),
    releaseYear: form.releaseYear === '' ? undefined : Number(form.releaseYear),
    posterUrl: emptyToUndefined(form.posterUrl),
    listings: form.listings.map(({ theatreId, screen, showtimes }) => ({
      theatreId,
      screen: emptyToUndefined(screen),
      showtimes: timesOf(showtimes),
    })),
  }
}

/**
 * The form as a merge patch: empty fields are removed. Unchanged listings are left out, so that a title can be corrected
 * while a theatre is closed.
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

/** Adding, editing and deleting movies. */
export function adminMovieRouter({ services }: Context): Router {
  async function show(
    req: Request,
    res: Response,
    form: MovieForm,
    errors: FieldErrors = {},
    id?: string,
  ): Promise<void> {
    const theatres = await allTheatres(services)
    res.send(String(movieFormPage({ id, form, theatres, errors, token: formToken(req) })))
  }

  return express
    .Router()
    .get('/admin/movies/new', async (req, res) => {
      await show(req, res, emptyForm)
    })
    .post('/admin/movies', async (req, res) => {
      const form = readForm(req)
      await saveForm(res, {
        schema: MovieInput,
        input: { ...inputOf(form), ...(form.everywhere && { listings: undefined }) },
        messages,
        save: (body) => services.movie.call(moviesApi.createMovie, { body }),
        show: (errors) => show(req, res, form, errors),
      })
    })
    .get('/admin/movies/:id', async (req, res) => {
      const { id } = req.params
      const movie = await services.movie.call(moviesApi.getMovie, { params: { id } })
      await show(req, res, formOf(movie), {}, id)
    })
    .post('/admin/movies/:id', async (req, res) => {
      const { id } = req.params
      const form = readForm(req)
      const current = await services.movie.call(moviesApi.getMovie, { params: { id } })
      await saveForm(res, {
        schema: MoviePatch,
        input: patchOf(form, current),
        messages,
        save: (body) => services.movie.call(moviesApi.patchMovie, { params: { id }, body }),
        show: (errors) => show(req, res, form, errors, id),
      })
    })
    .post('/admin/movies/:id/delete', async (req, res) => {
      await services.movie.call(moviesApi.deleteMovie, { params: { id: req.params.id } })
      res.redirect(303, '/admin')
    })
}
