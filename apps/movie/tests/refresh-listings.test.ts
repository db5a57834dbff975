import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { aMovie, aTheatre, asAdmin, startService } from './start-service.ts'

const showtimes = ['2030-06-01T18:00:00.000Z']

describe("The copies of theatres' names and cities", () => {
  let movie: Awaited<ReturnType<typeof startService>>
  const theatres = [aTheatre(), aTheatre(), aTheatre({ available: false })]
  beforeEach(async () => {
    movie = await startService('refresh_listings', { env: { THEATRE_REFRESH_MS: '20' } })
    movie.theatre.theatres.push(...theatres.map((theatre) => ({ ...theatre })))
  })
  afterEach(() => movie.stop())

  async function add() {
    const listings = theatres.slice(0, 2).map(({ id }) => ({ theatreId: id, showtimes }))
    const added = await movie.api.post('/movies').set(asAdmin).send(aMovie({ listings }))
    expect(added.status).toBe(201)
    return { added: added.body, path: `/movies/${String(added.body.id)}` }
  }

  function rename(index: number, name: string, city: string) {
    Object.assign(movie.theatre.theatres[index] ?? {}, { name, city })
  }

  it('follow the theatre service, and nothing else of a movie changes', async () => {
    const { added, path } = await add()
    const other = await movie.api.post('/movies').set(asAdmin).send(aMovie())
    const etag = (await movie.api.get(path)).headers.etag

    rename(1, 'Odeon', 'Hamburg')

    const refreshed = await eventually(async () => {
      const read = await movie.api.get(path)
      expect(read.body.listings[1].theatre.name).toBe('Odeon')
      return read
    })
    expect(refreshed.body).toEqual({
      ...added,
      listings: [
        added.listings[0],
        { ...added.listings[1], theatre: { id: theatres[1]?.id, name: 'Odeon', city: 'Hamburg' } },
      ],
    })
    expect(refreshed.headers.etag).not.toBe(etag)
    expect((await movie.api.get(`/movies/${String(other.body.id)}`)).body).toEqual(other.body)
    expect((await movie.api.get('/movies?city=Hamburg')).body.items).toEqual([refreshed.body])
    await eventually(() => {
      expect(movie.logs.lines).toContainEqual(
        expect.objectContaining({ message: 'listings refreshed', movies: 1 }),
      )
    })
    expect(await movie.metrics()).toMatch(/matinee_movie_listings_refreshed_total\{service="movie"\} 1\n/)
  })

  it('stay during an outage of theatre, and follow it again afterwards', async () => {
    const { added, path } = await add()
    movie.theatre.answer = () => ({ status: 500, body: {} })
    rename(0, 'Odeon', 'Hamburg')

    await eventually(() => {
      expect(movie.logs.lines).toContainEqual(
        expect.objectContaining({ level: 'warn', message: 'job failing', job: 'refresh listings' }),
      )
    })
    expect((await movie.api.get(path)).body).toEqual(added)

    movie.theatre.recover()
    await eventually(async () => {
      expect((await movie.api.get(path)).body.listings[0].theatre.name).toBe('Odeon')
    })
  })

  it('are not refreshed after a stop, which waits for the refresh in progress', async () => {
    await eventually(() => {
      expect(movie.theatre.calls.length).toBeGreaterThan(2)
    })

    await movie.stop()

    expect(movie.logs.lines.at(-1)).toMatchObject({ message: 'stopped' })
    expect(movie.logs.lines.filter(({ level }) => level === 'warn')).toEqual([])
  })
})
