import type { z } from 'zod'
import type { ProblemName } from './problems.ts'

/**
 * One operation of a service's HTTP interface. Servers (`service-kit/http/router`), typed clients
 * (`service-kit/calls/client`) and OpenAPI documents (`service-kit/http/openapi`) are made from it.
 */
export interface Endpoint {
  method: 'get' | 'post' | 'patch' | 'delete'
  /** With parameters in braces, as OpenAPI writes them: `/theatres/{id}`. */
  path: string
  summary: string
  /** Needs the admin's bearer token. */
  admin?: true
  /** Protected by the network alone, and never published at the edge. */
  internal?: true
  /** Needs an `Idempotency-Key`. */
  idempotent?: true
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  answer: Answer
  /** The answer is a stream of server-sent events, each of which holds a body of this schema. */
  stream?: true
  /** Its own problems; every endpoint may answer with the common ones too. */
  problems: readonly ProblemName[]
}

const parameter = /\{(\w+)\}/g

/** Fills the parameters of a path, URL-encoded: `/theatres/{id}` becomes `/theatres/64b7f0c2a1d3e4f5a6b7c8d9`. */
export function fillPath(path: string, values: Record<string, unknown>): string {
  return path.replace(parameter, (_all, name: string) => {
    const value = values[name]
    return encodeURIComponent(typeof value === 'string' ? value : '')
  })
}

/** The path as Express writes it: `/theatres/:id`. */
export function expressPath(path: string): string {
  return path.replace(parameter, ':$1')
}

/** The source of a regular expression that matches the path with any parameters. */
export function pathPattern(path: string): string {
  return path.replace(parameter, '[^/?]+')
}

export type Answer =
  | { status: 200; body: z.ZodType }
  /** `location` is the path of the new resource, filled from its fields: `/theatres/{id}`. */
  | { status: 201; body: z.ZodType; location: string }
  | { status: 204; body?: undefined }

export type Api = Record<string, Endpoint>

type Output<S> = S extends z.ZodType ? z.output<S> : undefined
type Input<S> = S extends z.ZodType ? z.input<S> : undefined

/** The parsed request, as a handler receives it. */
export interface Parsed<E extends Endpoint> {
  params: Output<E['params']>
  query: Output<E['query']>
  body: Output<E['body']>
}

/** The body of a success. */
export type AnswerBody<E extends Endpoint> = E['answer'] extends { body: infer S extends z.ZodType }
  ? z.output<S>
  : void

/** What a caller passes: only the parts that the endpoint has. */
export type Call<E extends Endpoint> = (E['params'] extends z.ZodType
  ? { params: Input<E['params']> }
  : object) &
  (E['query'] extends z.ZodType ? { query?: Input<E['query']> } : object) &
  (E['body'] extends z.ZodType ? { body: Input<E['body']> } : object) &
  (E['idempotent'] extends true ? { idempotencyKey: string } : object)
