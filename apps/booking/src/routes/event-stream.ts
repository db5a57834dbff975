import type { Response } from 'express'

const commentMs = 15_000

/**
 * Answers with server-sent events until the client leaves or the service stops: each text that the source sends is one.
 * A client that does not read gets only the latest when it does, so that it fills no memory.
 *
 * @param subscribe gets what sends, and gives what ends it
 */
export function streamEvents(
  response: Response,
  stopping: AbortSignal,
  subscribe: (send: (data: string) => void) => () => void,
): void {
  let waiting: string | undefined

  function send(data: string): void {
    if (response.writableNeedDrain) waiting = data
    else response.write(`data: ${data}\n\n`)
  }

  function end(): void {
    response.end()
  }

  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
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
  response.once('close', () => {
    clearInterval(comments)
    unsubscribe()
    stopping.removeEventListener('abort', end)
  })
  stopping.addEventListener('abort', end)
  if (stopping.aborted) end()
}
