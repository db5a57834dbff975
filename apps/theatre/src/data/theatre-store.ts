import { Schema } from 'mongoose'
import type { Connection, QueryFilter } from 'mongoose'
import type { Page } from '@matinee/contracts/common'
import type { Theatre, TheatreInput } from '@matinee/contracts/theatre'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import { afterCursor, deleteVersion, isDuplicate, replaceVersion, toPage } from '@matinee/stores/mongodb'
import type { Versioned } from '@matinee/stores/mongodb'
import { ProblemError } from '@matinee/service-kit/http/problem'

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

export interface TheatreFilter {
  city?: string | undefined
  available?: boolean | undefined
}

export interface TheatreStore {
  /** @throws ProblemError `theatre-exists` */
  create(theatre: TheatreInput): Promise<Theatre>
  list(filter: TheatreFilter, limit: number, after?: string): Promise<Page<Theatre>>
  find(id: string): Promise<Theatre | null>
  /**
   * Replaces what `change` makes of the current theatre, again when another change came between.
   *
   * @returns null when there is no such theatre
   * @throws ProblemError `theatre-exists`, and what `change` throws
   */
  update(id: string, change: (current: Theatre) => TheatreInput): Promise<Theatre | null>
  /** @returns whether it was there */
  delete(id: string, check: (current: Theatre) => void): Promise<boolean>
}

/** Fields in one order, so that a theatre has one text and one entity tag, however it was written. */
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

function refuseDuplicate(error: unknown): never {
  if (isDuplicate(error)) {
    throw new ProblemError(
      'theatre-exists',
      'This city has a theatre of this name. Change that one, or choose another name.',
    )
  }
  throw error
}

export function createTheatreStore(connection: Connection): TheatreStore {
  const Theatres = connection.model<TheatreDocument>('Theatre', theatreSchema)

  return {
    async create(theatre) {
      assertTimeLeft()
      const document = await Theatres.create(theatre).catch(refuseDuplicate)
      return toTheatre(document.toObject())
    },

    async list({ city, available }, limit, after) {
      const filter: QueryFilter<TheatreDocument> = {
        ...afterCursor(after),
        ...(city !== undefined && { city }),
        ...(available !== undefined && { available }),
      }
      const documents = await Theatres.find(filter)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean()
      return toPage(documents, limit, toTheatre)
    },

    async find(id) {
      const document = await Theatres.findById(id).lean()
      return document && toTheatre(document)
    },

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
