import type { RequestHandler } from 'express'
import type { Services } from '../../clients/services.ts'
import type { Events } from '../../events.ts'

/** What the pages are made with. */
export interface Context {
  services: Services
  events: Events
  adminToken: string
  /** What the cookie of an admin says of that token. */
  adminMark: string
  /** Who sees the details of `/system`. */
  systemDetails: 'admin' | 'all'
  /** Ten tries a minute to find a booking, by the form and by the API together. */
  findLimit: RequestHandler
}
