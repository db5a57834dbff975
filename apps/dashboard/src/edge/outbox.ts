import type { ServerResponse } from 'node:http'

export interface Outbox {
  /** Sends the rest of an answer; the client may read it slowly. */
  send(res: ServerResponse, body: Buffer): void
}

/** Bounds the memory of the answers that clients have not read yet: above it, the slowest readers are disconnected. */
export function createOutbox(maxBytes: number): Outbox {
  /** Oldest first. */
  const unread = new Map<ServerResponse, number>()
  let bytes = 0

  function drop(res: ServerResponse): void {
    bytes -= unread.get(res) ?? 0
    unread.delete(res)
  }

  return {
    send(res, body) {
      if (res.destroyed) return
      unread.set(res, body.length)
      bytes += body.length
      res.once('close', () => {
        drop(res)
      })
      res.end(body)
      for (const [oldest] of unread) {
        if (bytes <= maxBytes || oldest === res) return
        drop(oldest)
        oldest.destroy()
      }
    },
  }
}
