import express from 'express'
import type { RequestHandler } from 'express'
import { ProblemError } from './problem.ts'

const bodyLimit = '100kb'

function hasBody(req: express.Request): boolean {
  return req.get('Transfer-Encoding') !== undefined || Number(req.get('Content-Length') ?? 0) > 0
}

/** Reads a JSON body, if there is one; `mergePatch` also accepts `application/merge-patch+json` (RFC 7396). */
export function readBody(mergePatch: boolean): RequestHandler {
  const types = mergePatch ? ['application/json', 'application/merge-patch+json'] : ['application/json']
  const readJson = express.json({ limit: bodyLimit, strict: false, type: types })
  return (req, res, next) => {
    if (!hasBody(req)) {
      next()
      return
    }
    if (!req.is(types)) {
      throw new ProblemError('unsupported-media-type', `Send the body as ${types.join(' or ')}.`)
    }
    readJson(req, res, next)
  }
}
