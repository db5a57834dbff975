import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Page } from '@matinee/contracts/common'
import type { Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { eventually } from '@matinee/test-kit/eventually'
import { addProgramme } from '../src/seed/add-programme.ts'
import { films, theatres } from '../src/seed/programme.ts'
import { adminToken, buildCatalogue } from './catalogue.ts'

function startSeed(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['--conditions=source', 'src/seed.ts'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PATH: process.env['PATH'], ...env },
  })
  const said: string[] = []
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { ended, text: () => said.join(''), stop: () => child.kill('SIGTERM') }
}

describe('the program', () => {
  it('reports every configuration error without showing a value', async () => {
    const seed = startSeed({ MOVIE_URL: 'movie:8081', ADMIN_TOKEN: 'short' })
    expect(await seed.ended).toBe(1)
    expect(seed.text()).toBe(
      'The configuration is not usable:\n' +
        '  MOVIE_URL: must be a URL that begins with http:// or https://\n' +
        '  THEATRE_URL: is missing\n' +
        '  ADMIN_TOKEN: must have at least 16 characters\n',
    )
  })

  it('stops on SIGTERM while it waits', async () => {
    const nowhere = 'http://127.0.0.1:1'
    const seed = startSeed({ MOVIE_URL: nowhere, THEATRE_URL: nowhere, ADMIN_TOKEN: adminToken })
    await eventually(() => {
      expect(seed.text()).toContain('waiting')
    })
    seed.stop()
    expect(await seed.ended).toBe(1)
  })
})

describe('the seed', () => {
  let catalogue: Awaited<ReturnType<typeof buildCatalogue>>
  const repeat = () => addProgramme({ ...catalogue, ADMIN_TOKEN: adminToken })
  let said: string

  beforeAll(async () => {
    catalogue = await buildCatalogue('seed')
    const { THEATRE_URL, MOVIE_URL } = catalogue
    const seed = startSeed({ THEATRE_URL, MOVIE_URL, ADMIN_TOKEN: adminToken })
    await eventually(() => {
      expect(seed.text()).toContain('waiting')
    })
    await catalogue.start()
    expect(await seed.ended).toBe(0)
    said = seed.text()
  }, 60_000)
  afterAll(() => catalogue.stop())

  it('waits for services that do not answer yet, and logs it', () => {
    const what = `programme: ${theatres.length} theatres, ${films.length} films`
    const [first, waiting, ...others] = said.split('\n')
    expect(first).toBe(`${what} ...`)
    expect(waiting).toMatch(/^waiting: http:\S+\/theatres does not answer: connect ECONNREFUSED/)
    expect(others.join()).toMatch(new RegExp(`${what}: \\d+\\.\\d s`))
  })

  async function list<T>(url: string): Promise<T[]> {
    return ((await (await fetch(`${url}?limit=100`)).json()) as Page<T>).items
  }
  const listTheatres = () => list<Theatre>(`${catalogue.THEATRE_URL}/theatres`)
  const listMovies = () => list<Movie>(`${catalogue.MOVIE_URL}/movies`)
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

  it('adds every theatre and film, each film with showtimes on the seven days from tomorrow', async () => {
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
  })

  it('is idempotent', async () => {
    const before = [await listTheatres(), await listMovies()]
    await repeat()
    expect([await listTheatres(), await listMovies()]).toEqual(before)
  })

  it('renews the showtimes of a film when all of them have passed', async () => {
    for (const title of ['A Quiet Orbit', 'Winterline']) {
      const before = await movie(title)
      const listings = before.listings.map(({ theatre, screen }) => ({
        ...{ theatreId: theatre.id, screen, showtimes: ['2026-01-01T18:00:00Z'] },
      }))
      await patch(`${catalogue.MOVIE_URL}/movies/${before.id}`, { listings })
      await repeat()
      expect((await movie(title)).listings).toEqual(before.listings)
    }
  })

  it('leaves a closed theatre closed, and adds no listing there', async () => {
    const closed = (await listTheatres()).find(({ name }) => name === 'Kino Spree')
    await patch(`${catalogue.THEATRE_URL}/theatres/${closed?.id}`, { available: false })
    const { id } = await movie('The Understudy')
    await patch(`${catalogue.MOVIE_URL}/movies/${id}`, { listings: [] })
    await repeat()
    expect((await movie('The Understudy')).listings.map(({ theatre }) => theatre.name)).toEqual(['Lichthaus'])
  })

  it('reports a refused request', async () => {
    const refused = addProgramme({ ...catalogue, ADMIN_TOKEN: 'of-somebody-else' })
    await expect(refused).rejects.toThrow(/^http:\S+\/theatres answers 403: \w/)
  })
})
