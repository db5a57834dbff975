import type { Request, Response } from 'express'
import type { Dispatcher } from 'undici'
import { screeningsApi } from '@matinee/contracts/booking'
import { ProblemDetails } from '@matinee/contracts/common'
import { problemName } from '@matinee/contracts/problems'
import { requestContext, traceparent } from '@matinee/service-kit/http/context'
import { streamEvents } from '@matinee/service-kit/http/event-stream'
import { parse } from '@matinee/service-kit/http/parse'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { InFlight } from '../in-flight.ts'
import type { Upstream } from './upstream.ts'

const dataMark = 'data: '

/** The events of one screening, which arrive once for all that follow them here. */
interface Feed {
  /** Those that wait for the first event included. */
  followers: number
  sends: Set<(data: string) => void>
  latest: string | undefined
  /** Settles when the service has answered. Rejects with its problem. */
  opened: Promise<void>
  over: AbortController
}

/** The service's refusal as our own, because each of those that wait for the feed gets it. */
async function refusal({ body }: Dispatcher.ResponseData): Promise<ProblemError> {
  const { type, detail } = ProblemDetails.parse(await body.json())
  return new ProblemError(problemName(type) ?? 'internal-error', detail)
}

/** Events as `streamEvents` writes them: one line of data each, with comments between them. */
async function receive({ body }: Dispatcher.ResponseData, feed: Feed): Promise<void> {
  body.setEncoding('utf8')
  let rest = ''
  for await (const chunk of body) {
    const events = (rest + String(chunk)).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      if (!event.startsWith(dataMark)) continue
      feed.latest = event.slice(dataMark.length)
      for (const send of feed.sends) send(feed.latest)
    }
  }
}

/** Follows seat maps: one stream from the service for each screening, however many follow it. */
export function followSeats(
  upstream: Upstream,
  limit: InFlight,
  stopping: AbortSignal,
): (req: Request, res: Response) => Promise<void> {
  const { path, query } = screeningsApi.watchSeatMap
  const feeds = new Map<string, Feed>()
  stopping.addEventListener('abort', () => {
    for (const { over } of feeds.values()) over.abort()
  })

  function open(url: string): Feed {
    const { promise: opened, resolve, reject } = Promise.withResolvers<void>()
    const feed: Feed = {
      followers: 0,
      sends: new Set(),
      latest: undefined,
      opened,
      over: new AbortController(),
    }
    const { signal } = feed.over
    signal.addEventListener('abort', () => {
      if (feeds.get(url) === feed) feeds.delete(url)
    })
    const headers = {
      accept: 'text/event-stream',
      'x-request-id': requestContext()?.requestId ?? '',
      traceparent: traceparent(),
    }
    void upstream
      .stream({ method: 'GET', path: url, headers, body: null }, signal, async (answer) => {
        if (answer.statusCode !== 200) throw await refusal(answer)
        resolve()
        await receive(answer, feed)
      })
      .catch(reject)
      .finally(() => {
        feed.over.abort()
      })
    feeds.set(url, feed)
    return feed
  }

  return async (req, res) => {
    const screening = parse(query, req.query, 'invalid-parameter')
    const url = `${path}?${new URLSearchParams(screening).toString()}`
    if (res.closed) return
    const end = limit.begin()
    const feed = feeds.get(url) ?? open(url)
    feed.followers += 1
    res.once('close', () => {
      end()
      feed.followers -= 1
      if (feed.followers === 0) feed.over.abort()
    })
    try {
      await feed.opened
    } catch (error) {
      // A stream cut by our own shutdown ends cleanly, even before it began: its reader then reconnects.
      if (!feed.over.signal.aborted || error instanceof ProblemError) throw error
    }
    streamEvents(res, feed.over.signal, (send) => {
      feed.sends.add(send)
      if (feed.latest !== undefined) send(feed.latest)
      return () => {
        feed.sends.delete(send)
      }
    })
  }
}
