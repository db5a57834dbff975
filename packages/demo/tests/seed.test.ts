import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Page } from '@matinee/contracts/common'
import type { Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { films, theatres } from '../src/programme.ts'
import { seed } from '../src/seed.ts'
import { startCatalogue } from './catalogue.ts'
import { makeFolder } from './support.ts'

const adminToken = 'only-for-this-test'

describe('the seed', () => {
  const said: string[] = []
  let catalogue: Awaited<ReturnType<typeof startCatalogue>>
  let remove: () => Promise<void>

  beforeAll(async () => {
    const made = await makeFolder()
    remove = made.remove
    catalogue = await startCatalogue(made.folder, adminToken)
  }, 60_000)
  beforeEach(() => seed({ ...catalogue, adminToken, say: (line) => said.push(line) }))
  afterAll(async () => {
    await catalogue.stop()
    await remove()
  })

  async function list<T>(url: string): Promise<T[]> {
    return ((await (await fetch(`${url}?limit=100`)).json()) as Page<T>).items
  }
  const listTheatres = () => list<Theatre>(`${catalogue.theatreUrl}/theatres`)
  const listMovies = () => list<Movie>(`${catalogue.movieUrl}/movies`)
  async function patch(url: string, body: object): Promise<void> {
    const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'PATCH', headers, body: JSON.stringify(body) })
    expect(response.status).toBe(200)
  }
  async function movie(title: string): Promise<Movie> {
    const found = (await listMovies()).find((each) => each.title === title)
    if (!found) throw new Error(`there is no ${title}`)
    return found
  }

  it('adds every theatre and film, each film on the seven days from tomorrow where it is shown', async () => {
    expect((await listTheatres()).map(({ name }) => name).sort()).toEqual(
      theatres.map(({ name }) => name).sort(),
    )
    const movies = await listMovies()
    expect(movies.map(({ title }) => title).sort()).toEqual(films.map(({ title }) => title).sort())
    for (const { title, shown } of films) {
      const { listings } = await movie(title)
      const expected = shown?.map(({ theatre, screen, times }) => [theatre, screen, 7 * times.length])
      const everywhere = theatres.map(({ name, screens }) => [name, screens[0]?.name, 14])
      expect(
        listings.map(({ theatre, screen, showtimes }) => [theatre.name, screen, showtimes.length]).sort(),
      ).toEqual((expected ?? everywhere).sort())
    }
    expect(said).toContain(`programme: ${theatres.length} theatres, ${films.length} films ...`)
  })

  it('changes nothing when repeated', async () => {
    const before = [await listTheatres(), await listMovies()]
    await seed({ ...catalogue, adminToken, say: () => undefined })
    expect([await listTheatres(), await listMovies()]).toEqual(before)
  })

  it('gives new showtimes to a film whose own are over, as it had at first', async () => {
    for (const title of ['A Quiet Orbit', 'Winterline']) {
      const before = await movie(title)
      const listings = before.listings.map(({ theatre, screen }) => ({
        ...{ theatreId: theatre.id, screen, showtimes: ['2026-01-01T18:00:00Z'] },
      }))
      await patch(`${catalogue.movieUrl}/movies/${before.id}`, { listings })
      await seed({ ...catalogue, adminToken, say: () => undefined })
      expect((await movie(title)).listings).toEqual(before.listings)
    }
  })

  it('leaves a theatre closed that the admin has closed, and shows no film there anew', async () => {
    const closed = (await listTheatres()).find(({ name }) => name === 'Kino Spree')
    await patch(`${catalogue.theatreUrl}/theatres/${closed?.id}`, { available: false })
    const { id } = await movie('The Understudy')
    await patch(`${catalogue.movieUrl}/movies/${id}`, { listings: [] })
    await seed({ ...catalogue, adminToken, say: () => undefined })
    expect((await movie('The Understudy')).listings.map(({ theatre }) => theatre.name)).toEqual(['Lichthaus'])
  })

  it('says what was refused', async () => {
    const refused = seed({ ...catalogue, adminToken: 'of-somebody-else', say: () => undefined })
    await expect(refused).rejects.toThrow(/^http:\S+\/theatres answers 403: \w/)
  })
})
