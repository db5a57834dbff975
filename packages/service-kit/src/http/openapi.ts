import { createDocument } from 'zod-openapi'
import { z } from 'zod'
import type { ZodOpenApiOperationObject } from 'zod-openapi'
import { ProblemDetails } from '@matinee/contracts/common'
import { problems, problemType } from '@matinee/contracts/problems'
import type { Api, Endpoint } from '@matinee/contracts/endpoint'
import type { ProblemName } from '@matinee/contracts/problems'

/** Every problem that an endpoint may answer with, the common ones included. */
function problemsOf(endpoint: Endpoint): ProblemName[] {
  return [
    ...endpoint.problems,
    ...(endpoint.params || endpoint.query ? (['invalid-parameter'] as const) : []),
    ...(endpoint.admin ? (['token-missing', 'token-wrong'] as const) : []),
    ...(endpoint.body
      ? (['malformed-json', 'payload-too-large', 'unsupported-media-type', 'validation-failed'] as const)
      : []),
    ...(endpoint.idempotent
      ? ([
          'idempotency-key-missing',
          'idempotency-key-malformed',
          'idempotency-key-reused',
          'idempotency-key-in-use',
        ] as const)
      : []),
    'malformed-request',
    'internal-error',
    'overloaded',
    'deadline-exceeded',
    'store-unavailable',
  ]
}

function problemResponses(endpoint: Endpoint): ZodOpenApiOperationObject['responses'] {
  const byStatus = Map.groupBy(problemsOf(endpoint), (name) => problems[name].status)
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      String(status) as '400',
      {
        description: [...new Set(names.map((name) => problems[name].title))].join(' · '),
        content: {
          'application/problem+json': {
            schema: ProblemDetails,
            examples: Object.fromEntries(
              names.map((name) => [
                name,
                { summary: problems[name].title, value: { type: problemType(name) } },
              ]),
            ),
          },
        },
      },
    ]),
  )
}

/** One event; its data is JSON. */
const serverSentEvent = z.object({ data: z.string() }).loose()

function successResponse({ answer, stream }: Endpoint) {
  if (!answer.body) return { description: 'Done' }
  const type = stream ? 'text/event-stream' : 'application/json'
  const schema = stream ? serverSentEvent : answer.body
  return {
    description: answer.status === 201 ? 'Created' : 'Done',
    ...(answer.status === 201 && { headers: z.object({ Location: z.string() }) }),
    content: { [type]: { schema } },
  }
}

const idempotencyKey = {
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[!#-~][!-~]*$/)
    .meta({ description: 'Any unique value; the same when the request is tried again' }),
}
const ifNoneMatch = {
  'If-None-Match': z.string().optional().meta({ description: 'The `ETag` of the copy that you have' }),
}

function operation(name: string, endpoint: Endpoint): ZodOpenApiOperationObject {
  const { params, query, body } = endpoint
  const optional = body?.safeParse(undefined).success
  const tagged = endpoint.method === 'get' && !endpoint.stream
  const types = ['application/json', ...(endpoint.method === 'patch' ? ['application/merge-patch+json'] : [])]
  const headers = {
    ...(endpoint.idempotent && idempotencyKey),
    ...(tagged && ifNoneMatch),
  }
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(endpoint.internal && { description: 'Internal: never published at the edge.' }),
    ...(endpoint.problems.includes('precondition-failed') && {
      description: 'An `If-Match` header with the `ETag` of your copy makes sure that it is the current one.',
    }),
    ...(endpoint.admin && { security: [{ adminToken: [] }] }),
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query }),
      header: z.object(headers),
    },
    ...(body && {
      requestBody: {
        required: !optional,
        content: Object.fromEntries(types.map((type) => [type, { schema: body }])),
      },
    }),
    responses: {
      [String(endpoint.answer.status) as '200']: successResponse(endpoint),
      ...(tagged && { 304: { description: 'It is as you have it' } }),
      ...problemResponses(endpoint),
    },
  }
}

/**
 * The OpenAPI 3.1 document of endpoints.
 *
 * @param prefix goes before each path, as at the edge
 */
export function openApiDocument(title: string, version: string, apis: Api[], prefix = ''): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [name, endpoint] of apis.flatMap((api) => Object.entries(api))) {
    ;(paths[prefix + endpoint.path] ??= {})[endpoint.method] = operation(name, endpoint)
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title, version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: { securitySchemes: { adminToken: { type: 'http', scheme: 'bearer' } } },
  })
}
