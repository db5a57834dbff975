import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Movie } from '@matinee/contracts/movie'
import { aMovie, aTheatre, asAdmin, startService, unknownId } from './start-service.ts'

describe('GET /movies', () => {
  let movie: Awaited<ReturnType<typeof startService>>
  const roxy = aTheatre({ city: 'Berlin' })
  const plaza = aTheatre({ city: 'Rome' })
  const at = ({ id }: { id: string }) => ({ theatreId: id, showtimes: ['2030-06-01T18:00:00.000Z'] })
  const added: Movie[] = []
  beforeAll(async () => {
    movie = await startService('list_movies')
    movie.theatre.theatres.push(roxy, plaza)
    for (const input of [
      { title: 'The Étoile', genres: ['Drama', 'Romance'], listings: [at(roxy), at(plaza)] },
      { title: 'What? (Part 2) [1.5*]', genres: ['Comedy'], listings: [at(plaza)] },
      { title: 'The Other Étoile', genres: ['Drama'], listings: [at(roxy)] },
      { title: 'Unlisted', genres: [], listings: [] },
    ]) {
      added.push((await movie.api.post('/movies').set(asAdmin).send(aMovie(input))).body as Movie)
    }
  })
  afterAll(() => movie.stop())

  it('lists all movies in the order they were added, with their listings', async () => {
    const listed = await movie.api.get('/movies')

    expect(listed.status).toBe(200)
    expect(listed.body).toEqual({ items: added, next: null })
    expect(listed.body.items[0].listings[1].theatre).toEqual({ id: plaza.id, name: plaza.name, city: 'Rome' })
  })

  it.each([
    [{ q: 'étoile' }, [0, 2]],
    [{ q: 'OTHER É' }, [2]],
    [{ q: '? (part 2) [1.5*]' }, [1]],
    [{ q: '.*' }, []],
    [{ genre: 'Drama' }, [0, 2]],
    [{ genre: 'drama' }, []],
    [{ theatreId: roxy.id }, [0, 2]],
    [{ theatreId: unknownId }, []],
    [{ city: 'Rome' }, [0, 1]],
    [{ city: 'Rom' }, []],
    [{ theatreId: roxy.id, city: 'Rome' }, []],
    [{ q: 'the', genre: 'Drama', theatreId: plaza.id, city: 'Rome' }, [0]],
  ])('filters by %j', async (query, expected) => {
    const listed = await movie.api.get(`/movies?${new URLSearchParams(query).toString()}`)

    expect(listed.status).toBe(200)
    expect(listed.body.items).toEqual(expected.map((index) => added[index]))
  })

  it('lists each movie on exactly one page, with a filter too', async () => {
    const first = await movie.api.get('/movies?genre=Drama&limit=1')
    const second = await movie.api.get(`/movies?genre=Drama&limit=1&after=${String(first.body.next)}`)

    expect([...first.body.items, ...second.body.items]).toEqual([added[0], added[2]])
    expect(second.body.next).toBeNull()
  })

  it.each(['limit=0', 'limit=101', 'limit=1.5', 'after=x', 'theatreId=7', 'q=', 'genre=a&genre=b'])(
    'refuses ?%s',
    async (query) => {
      const refused = await movie.api.get(`/movies?${query}`)

      expect(refused.status).toBe(400)
      expect(refused.body.type).toBe('https://matinee.dev/problems/invalid-parameter')
      expect(refused.body.errors[0].pointer).toBe(`/${String(query.split('=')[0])}`)
    },
  )

  it('reads a movie with the ETag of its creation', async () => {
    const path = `/movies/${String(added[0]?.id)}`

    const read = await movie.api.get(path)

    expect(read.status).toBe(200)
    expect(read.body).toEqual(added[0])
    const etag = read.headers.etag ?? ''
    expect(etag).toMatch(/^"[\w-]+"$/)
    // By default, fetch sends `Cache-Control: no-cache` here.
    const headers = { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' }
    expect((await movie.api.get(path).set(headers)).status).toBe(304)
    expect((await movie.api.get(`/movies/${unknownId}`)).status).toBe(404)
    expect((await movie.api.get('/movies/7')).status).toBe(400)
  })
})
