import { describe, expect, it } from '@jest/globals'
import { podsOf, render } from './support/renders.ts'

interface Case {
  chart: string
  kind: string
  variable: string
  url: string
  vendored: string
}

const services: Case[] = [
  { chart: 'booking', kind: 'postgres', variable: 'DATABASE_URL', url: 'postgresql', vendored: 'postgres' },
  { chart: 'payment', kind: 'mysql', variable: 'DATABASE_URL', url: 'mysql', vendored: 'mysql' },
  { chart: 'theatre', kind: 'mongodb', variable: 'MONGODB_URL', url: 'mongodb', vendored: 'mongodb' },
  { chart: 'movie', kind: 'mongodb', variable: 'MONGODB_URL', url: 'mongodb', vendored: 'movie-mongodb' },
]

describe.each(services)('the database URL of $chart', ({ chart, kind, variable, url, vendored }) => {
  /** The Secret and key from which the service's pods read the URL. */
  async function source(...values: string[]) {
    const pods = podsOf(await render(chart, '--set', values.join(',')))
    const env = pods.find(({ kind }) => kind === 'Deployment')?.spec.containers[0]?.env
    return env?.find(({ name }) => name === variable)?.valueFrom?.secretKeyRef
  }
  const off = `${kind}.enabled=false`

  it('comes from the Secret of the vendored database, under its own name', async () => {
    expect(await source('replicas=1')).toEqual({ name: vendored, key: `${chart}-url` })
  })

  it('comes from the existing Secret of the vendored database', async () => {
    expect(await source(`${kind}.existingSecret=passwords`)).toEqual({
      name: 'passwords',
      key: `${chart}-url`,
    })
  })

  it('comes from an existing Secret, under its key', async () => {
    expect(await source(off, 'database.existingSecret=db-app', 'database.key=uri')).toEqual({
      name: 'db-app',
      key: 'uri',
    })
  })

  it("comes from the chart's own Secret if it is a value", async () => {
    expect(await source(off, `database.url=${url}://me:secret@db.example/${chart}`)).toEqual({
      name: chart,
      key: 'database-url',
    })
  })

  it.each([
    [
      'there is no database',
      [off],
      `${chart}: ${kind}.enabled is false, so name a database: database.existingSecret`,
    ],
    [
      'the URL has no password',
      [off, `database.url=${url}://me@db.example/${chart}`],
      `${chart}: database.url must be ${url}://USER:PASSWORD@HOST/DATABASE`,
    ],
    [
      'the URL is of another kind of database',
      [off, `database.url=redis://me:secret@db.example/${chart}`],
      `${chart}: database.url must be ${url}://USER:PASSWORD@HOST/DATABASE`,
    ],
    [
      'there are two databases',
      ['database.existingSecret=db-app'],
      `${chart}: set ${kind}.enabled=false to use another database, or leave database.url and database.existingSecret out`,
    ],
  ])('fails the installation with advice if %s', async (_, values, message) => {
    await expect(source(...values)).rejects.toThrow(message)
  })
})
