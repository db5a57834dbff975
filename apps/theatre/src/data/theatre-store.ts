import { Schema } from 'mongoose'
import type { Connection, QueryFilter } from 'mongoose'
import type { Theatre, TheatreInput } from '@matinee/contracts/theatre'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { afterCursor, createDocuments } from '@matinee/stores/mongodb/documents'
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
  return createDocuments(Theatres, { toItem: toTheatre, toFilter, onError: refuseDuplicate })
}
