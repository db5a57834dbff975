import type { ServerResponse } from 'node:http'

const commentMs = 15_000

/**
 * Answers with server-sent events, one for each text that the source sends, until the client leaves or the service stops.
 * A client that reads too slowly skips all but the latest event, so that it fills no memory.
 *
 * @param subscribe starts the source with the function that it sends with; returns a function that ends it
 */
export function streamEvents(
  response: ServerResponse,
  stopping: AbortSignal,
  subscribe: (send: (data: string) => void) => () => void,
): void {
  // Its time ran out, or the client has left: `close` has been emitted, so it would never be unsubscribed.
  if (response.headersSent || response.closed) return
  let waiting: string | undefined

  function send(data: string): void {
    if (response.writableNeedDrain) waiting = data
    else response.write(`data: ${data}\n\n`)
  }

  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  if (response.req.method === 'HEAD') {
    response.end()
    return
  }
  response.flushHeaders()
  const unsubscribe = subscribe(send)
  const comments = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n')
  }, commentMs)
  response.on('drain', () => {
    const data = waiting
    waiting = undefined
    if (data !== undefined) send(data)
  })
  function leave(): void {
    clearInterval(comments)
    unsubscribe()
    waiting = undefined
    stopping.removeEventListener('abort', end)
  }
  function end(): void {
    leave()
    response.end()
  }
  response.once('close', leave)
  stopping.addEventListener('abort', end)
  if (stopping.aborted) end()
}
