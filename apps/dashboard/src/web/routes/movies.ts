import express from 'express'
import type { Router } from 'express'
import { moviesApi } from '@matinee/contracts/movie'
import { parse } from '@matinee/service-kit/http/body'
import { screeningsOf, theatresById } from '../../domain/catalogue.ts'
import { homePage } from '../pages/home.ts'
import { moviePage } from '../pages/movie.ts'
import type { Context } from './context.ts'

/** A query without the fields that a search form sends empty. */
function given(query: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
}

/** The movies on show, and where and when each is. */
export function movieRouter({ services }: Context): Router {
  const { listMovies, getMovie } = moviesApi
  return express
    .Router()
    .get('/', async (req, res) => {
      const { q, genre, city, after } = parse(listMovies.query, given(req.query), 'invalid-parameter')
      const search = { q, genre, city }
      const movies = await services.movie.call(listMovies, { query: { ...search, after } })
      res.send(String(homePage(movies, search, after === undefined)))
    })
    .get('/movies/:id', async (req, res) => {
      const [movie, screenings] = await Promise.all([
        services.movie.call(getMovie, { params: { id: req.params.id } }),
        screeningsOf(services, req.params.id),
      ])
      const theatres = await theatresById(
        services,
        movie.listings.map(({ theatre }) => theatre.id),
      )
      res.send(String(moviePage({ movie, theatres, screenings, now: new Date() })))
    })
}
