import { createHmac } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator } from 'express-rate-limit'
import { requestContext } from '@matinee/service-kit/http/context'
import type { Client } from '@matinee/service-kit/http/context'

/** What one subscriber gets of IPv6: whoever counts single addresses counts none. */
const ipv6Prefix = 64

/** The client of the current request. */
export function currentClient(): Client {
  const client = requestContext()?.client
  if (!client) throw new Error('nameClient comes before whatever counts clients')
  return client
}

/** Finds out who is calling, for the limits here and in the services; what the caller says of itself is overwritten. */
export function nameClient(secret: string, sessionId: (req: Request) => string | undefined): RequestHandler {
  const hash = (kind: string, value: string) =>
    createHmac('sha256', secret).update(`${kind} ${value}`).digest('base64url').slice(0, 22)

  return (req, _res, next) => {
    const id = sessionId(req)
    const client: Client = {
      session: id === undefined ? undefined : hash('session', id),
      address: hash('address', ipKeyGenerator(req.ip ?? '', ipv6Prefix)),
    }
    const context = requestContext()
    if (context) context.client = client
    next()
  }
}
