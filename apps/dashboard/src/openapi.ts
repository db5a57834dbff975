import type { Api, Endpoint } from '@matinee/contracts/endpoint'
import { paymentsApi } from '@matinee/contracts/payment'
import type { ProblemName } from '@matinee/contracts/problems'
import { openApiDocument } from '@matinee/service-kit/http/openapi'
import { published } from './edge/published.ts'

/** Problems of the edge itself. */
const edgeProblems: ProblemName[] = ['too-many-requests', 'dependency-unavailable', 'dependency-timeout']

function problemsOf(endpoint: Endpoint): ProblemName[] {
  if (endpoint === paymentsApi.createPayment) return [...edgeProblems, 'too-many-payments']
  return endpoint.stream ? [...edgeProblems, 'too-many-streams'] : edgeProblems
}

function withEdgeProblems(api: Api): Api {
  const widen = (endpoint: Endpoint): Endpoint => ({
    ...endpoint,
    problems: [...new Set([...endpoint.problems, ...problemsOf(endpoint)])],
  })
  return Object.fromEntries(Object.entries(api).map(([name, endpoint]) => [name, widen(endpoint)]))
}

const apis = Object.values(published).map(withEdgeProblems)
export const openApi = openApiDocument('Matinee', '0.1.0', apis, '/api')
