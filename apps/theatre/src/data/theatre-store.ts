import { Schema } from 'mongoose'
import type { Connection, QueryFilter } from 'mongoose'
import type { Page } from '@matinee/contracts/common'
import type { Theatre, TheatreInput } from '@matinee/contracts/theatre'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import { ProblemError } from '@matinee/service-kit/http/problem'
import {
  afterCursor,
  batchReads,
  deleteVersion,
  findByIds,
  replaceVersion,
  toPage,
} from '@matinee/stores/mongodb/documents'
import type { Versioned } from '@matinee/stores/mongodb/documents'
import { isDuplicate } from '@matinee/stores/mongodb/errors'
import type { TheatreQuery, TheatreStore } from '../domain/context.ts'

interface TheatreDocument extends TheatreInput, Versioned {}

const theatreSchema = new Schema<TheatreDocument>(
  {
    name: { type: String, required: true },
    city: { type: String, required: true },
    address: String,
    timeZone: { type: String, required: true },
    available: { type: Boolean, required: true },
    price: { type: { amount: Number, currency: String }, required: true, _id: false },
    screens: { type: [{ _id: false, name: String, rows: Number, seatsPerRow: Number }], required: true },
    version: { type: Number, required: true, default: 0 },
  },
  { timestamps: true, versionKey: false },
)
theatreSchema.index({ name: 1, city: 1 }, { unique: true })
theatreSchema.index({ city: 1, _id: 1 })

/** Fixes the order of the fields: the entity tag is a hash of the JSON text. */
function toTheatre(document: TheatreDocument): Theatre {
  const { _id, name, city, address, timeZone, available, price, screens } = document
  return {
    id: _id.toString(),
    name,
    city,
    address,
    timeZone,
    available,
    price: { amount: price.amount, currency: price.currency },
    screens: screens.map(({ name, rows, seatsPerRow }) => ({ name, rows, seatsPerRow })),
    createdAt: document.createdAt.toISOString(),
    updatedAt: document.updatedAt.toISOString(),
  }
}

function toFilter({ city, available, after }: TheatreQuery): QueryFilter<TheatreDocument> {
  return {
    ...afterCursor(after),
    ...(city !== undefined && { city }),
    ...(available !== undefined && { available }),
  }
}

function refuseDuplicate(error: unknown): never {
  if (isDuplicate(error)) {
    throw new ProblemError(
      'theatre-exists',
      'A theatre with this name exists in this city already. Change that one, or choose another name.',
    )
  }
  throw error
}

export function createTheatreStore(database: Connection): TheatreStore {
  const Theatres = database.model<TheatreDocument>('Theatre', theatreSchema)
  const find = batchReads(async (ids: string[]) =>
    (await findByIds(Theatres, ids)).map((document) => document && toTheatre(document)),
  )
  const list = batchReads((queries: TheatreQuery[]) => Promise.all(queries.map(readPage)))

  async function readPage(query: TheatreQuery): Promise<Page<Theatre>> {
    const documents = await Theatres.find(toFilter(query))
      .sort({ _id: 1 })
      .limit(query.limit + 1)
      .lean()
    return toPage(documents, query.limit, toTheatre)
  }

  return {
    async create(theatre) {
      assertTimeLeft()
      const document = await Theatres.create(theatre).catch(refuseDuplicate)
      return toTheatre(document.toObject())
    },

    list,
    find,

    async update(id, change) {
      const replaced = await replaceVersion(Theatres, id, (current) => change(toTheatre(current))).catch(
        refuseDuplicate,
      )
      return replaced && toTheatre(replaced)
    },

    delete: (id, check) =>
      deleteVersion(Theatres, id, (current) => {
        check(toTheatre(current))
      }),
  }
}
