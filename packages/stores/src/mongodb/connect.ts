import { setTimeout as sleep } from 'node:timers/promises'
import mongoose from 'mongoose'
import type { Connection } from 'mongoose'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import { isStoreUnavailable } from './errors.ts'

/** A connection to MongoDB for models. Its start waits for the server and creates the indexes. */
export function connectMongodb(url: string, { logger, stopping }: Kit): Part & { database: Connection } {
  // Without buffering, an operation fails at once while MongoDB is unreachable.
  mongoose.set('bufferCommands', false)
  // `start` creates the indexes, once there is a connection.
  mongoose.set('autoCreate', false).set('autoIndex', false)
  const database = mongoose.createConnection()
  return {
    database,
    async start() {
      for (;;) {
        try {
          await database.openUri(url, {
            serverSelectionTimeoutMS: 1_000,
            // Applies to the driver's monitor too: with the default of 30 s a failover to another address is noticed late.
            connectTimeoutMS: 2_000,
            socketTimeoutMS: 5_000,
            maxPoolSize: 32,
          })
          await Promise.all(Object.values(database.models).map((model) => model.createIndexes()))
          return
        } catch (error) {
          if (!isStoreUnavailable(error)) throw error
          logger.warn('MongoDB does not answer yet', { error })
          await sleep(500, undefined, { signal: stopping })
        }
      }
    },
    async stop() {
      await database.close()
    },
  }
}
