import { setTimeout as sleep } from 'node:timers/promises'
import mongoose from 'mongoose'
import type { Connection, Model, Types } from 'mongoose'
import type { Page } from '@matinee/contracts/common'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'

/** A connection that is there from the beginning and opens with the service, however long the server takes to come up. */
export function connectMongo(url: string, { logger, stopping }: Kit): Part & { connection: Connection } {
  // A query meets a server that is away with an error at once, not with a queue.
  mongoose.set('bufferCommands', false)
  // Indexes are made below, once there is a connection to make them over.
  mongoose.set('autoCreate', false).set('autoIndex', false)
  const connection = mongoose.createConnection()
  return {
    connection,
    async start() {
      for (;;) {
        try {
          await connection.openUri(url, {
            serverSelectionTimeoutMS: 1_000,
            // Of the driver's monitor too: by its default an address that has gone keeps it for 30 s.
            connectTimeoutMS: 2_000,
            socketTimeoutMS: 5_000,
            maxPoolSize: 32,
          })
          await Promise.all(Object.values(connection.models).map((model) => model.createIndexes()))
          return
        } catch (error) {
          if (!isStoreUnavailable(error)) throw error
          logger.warn('MongoDB does not answer yet', { error })
          await sleep(500, undefined, { signal: stopping })
        }
      }
    },
    async stop() {
      await connection.close()
    },
  }
}

export function isStoreUnavailable(error: unknown): boolean {
  return (
    error instanceof mongoose.mongo.MongoNetworkError ||
    error instanceof mongoose.mongo.MongoServerSelectionError ||
    error instanceof mongoose.Error.MongooseServerSelectionError ||
    error instanceof mongoose.mongo.MongoNotConnectedError ||
    (error instanceof mongoose.MongooseError && /before initial connection|not connected/.test(error.message))
  )
}

export function isDuplicate(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === 11_000
}

/** The filter of a page: what comes after the cursor (`objectIdCursor`), in the order of the ids. */
export function afterCursor(after: string | undefined): { _id?: { $gt: Types.ObjectId } } {
  if (after === undefined) return {}
  return { _id: { $gt: new mongoose.Types.ObjectId(Buffer.from(after, 'base64url')) } }
}

/** A page of documents of which one more than `limit` was read, to know whether there is a next one. */
export function toPage<D extends { _id: Types.ObjectId }, T>(
  documents: D[],
  limit: number,
  map: (document: D) => T,
): Page<T> {
  const shown = documents.slice(0, limit)
  const last = shown.at(-1)
  const hasNext = documents.length > limit && last !== undefined
  return { items: shown.map(map), next: hasNext ? Buffer.from(last._id.id).toString('base64url') : null }
}

/** A document whose changes are counted: a change is written only over the version that it was made from. */
export interface Versioned {
  _id: Types.ObjectId
  version: number
  createdAt: Date
  updatedAt: Date
}

/**
 * Replaces what `change` makes of the current document, again when another change came between.
 *
 * @returns null when there is no such document
 * @throws ProblemError `deadline-exceeded`, and what `change` throws
 */
export async function replaceVersion<D extends Versioned>(
  model: Model<D>,
  id: string,
  change: (current: D) => object | Promise<object>,
): Promise<D | null> {
  for (;;) {
    const current = await model.findById(id).lean<D>()
    if (!current) return null
    const { version, createdAt } = current
    const changed = await change(current)
    assertTimeLeft()
    const replaced = await model
      .findOneAndReplace(
        { _id: id, version },
        { ...changed, version: version + 1, createdAt },
        { returnDocument: 'after' },
      )
      .lean<D>()
    if (replaced) return replaced
  }
}

/**
 * Deletes a document that `check` lets go, which looks again when a change came between.
 *
 * @returns whether it was there
 * @throws ProblemError `deadline-exceeded`, and what `check` throws
 */
export async function deleteVersion<D extends Versioned>(
  model: Model<D>,
  id: string,
  check: (current: D) => void,
): Promise<boolean> {
  for (;;) {
    const current = await model.findById(id).lean<D>()
    if (!current) return false
    check(current)
    assertTimeLeft()
    const { deletedCount } = await model.deleteOne({ _id: id, version: current.version })
    if (deletedCount === 1) return true
  }
}
