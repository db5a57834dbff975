import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mariadb'
import { MongoClient } from 'mongodb'
import { Client } from 'pg'
import { startDatabase } from '../../src/databases/databases.ts'
import type { DatabaseKind, DatabaseServer, StartOptions } from '../../src/databases/server.ts'

/** One row with one text, written and read through each kind's own driver. */
export interface Note {
  write: (url: string, text: string) => Promise<void>
  read: (url: string) => Promise<string | undefined>
}

export const notes: Record<DatabaseKind, Note> = {
  mongodb: {
    write: (url, text) =>
      withMongo(url, async (client) => {
        await client.db().collection('notes').insertOne({ text })
      }),
    read: (url) =>
      withMongo(
        url,
        async (client) => (await client.db().collection<{ text: string }>('notes').findOne())?.text,
      ),
  },
  postgres: {
    async write(url, text) {
      await sql(url, 'CREATE TABLE notes (text text)')
      await sql(url, 'INSERT INTO notes VALUES ($1)', [text])
    },
    read: async (url) => (await sql(url, 'SELECT text FROM notes'))[0]?.text,
  },
  mysql: {
    async write(url, text) {
      await mariadb(url, 'CREATE TABLE notes (text varchar(100))')
      await mariadb(url, 'INSERT INTO notes VALUES (?)', [text])
    },
    read: async (url) => (await mariadb(url, 'SELECT text FROM notes'))[0]?.text,
  },
}

async function withMongo<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

async function sql(url: string, text: string, values: string[] = []): Promise<{ text: string }[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<{ text: string }>(text, values)).rows
  } finally {
    await client.end()
  }
}

async function mariadb(url: string, text: string, values: string[] = []): Promise<{ text: string }[]> {
  const { hostname: host, port, username: user, password, pathname } = new URL(url)
  const connection = await createConnection({
    host,
    port: Number(port),
    user,
    password,
    database: pathname.slice(1),
    allowPublicKeyRetrieval: true,
  })
  try {
    return await connection.query<{ text: string }[]>(text, values)
  } finally {
    await connection.end()
  }
}

/** Runs `work` with a folder that is gone afterwards. */
export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'matinee-databases-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs `work` with a server that is stopped afterwards. */
export async function withServer(
  kind: DatabaseKind,
  options: StartOptions,
  work: (server: DatabaseServer) => Promise<void>,
): Promise<void> {
  const server = await startDatabase(kind, options)
  try {
    await work(server)
  } finally {
    await server.stop()
  }
}

/** Resolves once `condition` holds; throws when it does not within 10 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come to be')
    await sleep(20)
  }
}
