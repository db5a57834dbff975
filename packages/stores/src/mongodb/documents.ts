import { setImmediate } from 'node:timers/promises'
import mongoose from 'mongoose'
import type { Model, QueryFilter, Types } from 'mongoose'
import type { Page } from '@matinee/contracts/common'
import { assertTimeLeft } from '@matinee/service-kit/http/context'

/** The filter of keyset pagination: documents after the cursor (`objectIdCursor`), in the order of their ids. */
export function afterCursor(after: string | undefined): { _id?: { $gt: Types.ObjectId } } {
  if (after === undefined) return {}
  return { _id: { $gt: new mongoose.Types.ObjectId(Buffer.from(after, 'base64url')) } }
}

/** @param documents read with a limit of `limit + 1`: the extra one shows that there is a next page */
function toPage<D extends { _id: Types.ObjectId }, T>(
  documents: D[],
  limit: number,
  map: (document: D) => T,
): Page<T> {
  const shown = documents.slice(0, limit)
  const last = shown.at(-1)
  const hasNext = documents.length > limit && last !== undefined
  return { items: shown.map(map), next: hasNext ? Buffer.from(last._id.id).toString('base64url') : null }
}

/** A document under optimistic concurrency: a write succeeds only if the version is still the one that was read. */
export interface Versioned {
  _id: Types.ObjectId
  version: number
  createdAt: Date
  updatedAt: Date
}

/**
 * Batches reads: the queries of one turn of the event loop are answered together, equal ones once. The batch is sent after
 * all of them have been asked, so each read sees every write that was acknowledged before it.
 *
 * @param readAll answers or fails each query on its own, in their order
 */
export function batchReads<Q, T>(readAll: (queries: Q[]) => Promise<T>[]): (query: Q) => Promise<T> {
  let queries = new Map<string, Q>()
  let batch: Promise<Map<string, Promise<T>>> | undefined

  async function readBatch(): Promise<Map<string, Promise<T>>> {
    await setImmediate()
    const asked = queries
    queries = new Map()
    batch = undefined
    const answers = readAll([...asked.values()])
    return new Map([...asked.keys()].map((key, index) => [key, answers[index] as Promise<T>]))
  }

  return async (query) => {
    const key = JSON.stringify(query)
    queries.set(key, query)
    batch ??= readBatch()
    return (await batch).get(key) as Promise<T>
  }
}

/** Documents by id; from the driver, because Mongoose's query layer costs more than the query. */
async function findByIds<D extends Versioned>(model: Model<D>, ids: string[]): Promise<Map<string, D>> {
  const wanted = ids.map((id) => new mongoose.Types.ObjectId(id))
  const documents = await model.collection.find<D>({ _id: { $in: wanted } }).toArray()
  return new Map(documents.map((document) => [document._id.toHexString(), document]))
}

/**
 * Replaces a document with what `change` makes of it; reads and changes it again after a conflict.
 *
 * @returns null when there is no such document
 * @throws ProblemError `deadline-exceeded`, and what `change` throws
 */
async function replaceVersion<D extends Versioned>(
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
 * Deletes a document unless `check` throws; reads and checks it again after a conflict.
 *
 * @returns whether it existed
 * @throws ProblemError `deadline-exceeded`, and what `check` throws
 */
async function deleteVersion<D extends Versioned>(
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

/** What the operations need to know of one kind of document. */
interface Kind<D extends Versioned, T, Q> {
  toItem: (document: D) => T
  toFilter: (query: Q) => QueryFilter<D>
  /** Maps the error of a write, such as that of a unique index. */
  onError: (error: unknown) => never
}

/**
 * The operations that all stores on MongoDB have: keyset pagination, batched reads, optimistic concurrency. `update` and
 * `delete` call `change` and `check` again after a conflict.
 *
 * @throws ProblemError `deadline-exceeded`, and what `onError`, `change` and `check` throw
 */
export function createDocuments<D extends Versioned, T, Q extends { limit: number }, C extends object>(
  model: Model<D>,
  { toItem, toFilter, onError }: Kind<D, T, Q>,
) {
  async function readPage(query: Q): Promise<Page<T>> {
    const documents = await model
      .find(toFilter(query))
      .sort({ _id: 1 })
      .limit(query.limit + 1)
      .lean<D[]>()
    return toPage(documents, query.limit, toItem)
  }

  return {
    async create(content: C): Promise<T> {
      assertTimeLeft()
      const document = await new model(content).save().catch(onError)
      return toItem(document.toObject())
    },

    list: batchReads((queries: Q[]) => queries.map(readPage)),

    find: batchReads((ids: string[]) => {
      const found = findByIds(model, ids)
      return ids.map(async (id) => {
        const document = (await found).get(id)
        return document ? toItem(document) : null
      })
    }),

    async update(id: string, change: (current: T) => C | Promise<C>): Promise<T | null> {
      const replaced = await replaceVersion(model, id, (current) => change(toItem(current))).catch(onError)
      return replaced && toItem(replaced)
    },

    delete: (id: string, check: (current: T) => void): Promise<boolean> =>
      deleteVersion(model, id, (current) => {
        check(toItem(current))
      }),
  }
}
