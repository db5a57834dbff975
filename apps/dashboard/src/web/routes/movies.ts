import express from 'express'
import type { Router } from 'express'
import { moviesApi } from '@matinee/contracts/movie'
import { parse } from '@matinee/service-kit/http/parse'
import { listMovies, programmeOf } from '../../domain/catalogue.ts'
import type { Context } from '../../domain/context.ts'
import { homePage } from '../pages/home.ts'
import { moviePage } from '../pages/movie.ts'

/** Drops the fields that the search form sends empty. */
function withoutEmpty(query: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
}

export function movieRouter({ services }: Context): Router {
  return express
    .Router()
    .get('/', async (req, res) => {
      const { q, genre, city, after } = parse(
        moviesApi.listMovies.query,
        withoutEmpty(req.query),
        'invalid-parameter',
      )
      const search = { q, genre, city }
      const movies = await listMovies(services, { ...search, after })
      res.send(String(homePage(movies, search, after === undefined)))
    })
    .get('/movies/:id', async (req, res) => {
      const programme = await programmeOf(services, req.params.id)
      res.send(String(moviePage({ ...programme, now: new Date() })))
    })
}
