import { setTimeout as sleep } from 'node:timers/promises'
import mongoose from 'mongoose'
import type { Connection, Types } from 'mongoose'
import type { Page } from '@matinee/contracts/common'
import { ProblemError } from './problem.ts'
import type { Kit, Part } from './service.ts'

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
      while (!stopping.aborted) {
        try {
          await connection.openUri(url, {
            serverSelectionTimeoutMS: 1_000,
            socketTimeoutMS: 5_000,
            maxPoolSize: 32,
          })
          await Promise.all(Object.values(connection.models).map((model) => model.createIndexes()))
          return
        } catch (error) {
          if (!isMongoDown(error)) throw error
          logger.warn('MongoDB does not answer yet', { error })
          await sleep(500)
        }
      }
    },
    async stop() {
      await connection.close()
    },
  }
}

export function isMongoDown(error: unknown): boolean {
  return (
    error instanceof mongoose.mongo.MongoNetworkError ||
    error instanceof mongoose.mongo.MongoServerSelectionError ||
    error instanceof mongoose.mongo.MongoNotConnectedError ||
    (error instanceof mongoose.MongooseError && /before initial connection|not connected/.test(error.message))
  )
}

export function isDuplicate(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === 11_000
}

/**
 * The filter of a page: what comes after the cursor, in the order of the ids.
 *
 * @throws ProblemError `invalid-parameter` when the cursor is none of ours
 */
export function afterCursor(after: string | undefined): { _id?: { $gt: Types.ObjectId } } {
  if (after === undefined) return {}
  const id = Buffer.from(after, 'base64url').toString('hex')
  if (!/^[0-9a-f]{24}$/.test(id)) {
    throw new ProblemError('invalid-parameter', 'Send as `after` the `next` of the page before.', {
      members: { errors: [{ pointer: '/after', detail: 'Is not a cursor' }] },
    })
  }
  return { _id: { $gt: new mongoose.Types.ObjectId(id) } }
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
