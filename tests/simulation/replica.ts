import type { Api, Endpoint } from '@matinee/contracts/endpoint'
import type { ProblemName } from '@matinee/contracts/problems'
import { problems } from '@matinee/contracts/problems'
import { runInContext } from '@matinee/service-kit/http/context'
import { fingerprint, once } from '@matinee/service-kit/http/idempotency'
import type { Claim, IdempotencyStore, StoredAnswer } from '@matinee/service-kit/http/idempotency'
import { ProblemError, problemDetails } from '@matinee/service-kit/http/problem'
import { repeatJob } from '@matinee/service-kit/lifecycle/jobs'
import type { Job } from '@matinee/service-kit/lifecycle/jobs'
import { ConnectionLost } from './database.ts'
import { leftMs } from './deadline.ts'
import type { Deadline } from './deadline.ts'
import type { Answer, Replica, Request } from './network.ts'
import type { Process, World } from './world.ts'

export interface Handled {
  params: Record<string, string>
  query: Record<string, unknown>
  body: unknown
  /** Only there where the endpoint needs a key. */
  claim: Claim
}

interface Service {
  api: Api
  handlers: Record<string, (request: Handled) => Promise<unknown>>
  keys: IdempotencyStore
  keeps?: (problem: ProblemName) => boolean
  requestTimeoutMs: number
}

/** What the kit's router and error handler do around a handler, without HTTP: keys, deadlines, problems. */
export function createReplica(world: World, process: Process, service: Service): Replica {
  const { api, handlers, keys, keeps = () => false, requestTimeoutMs } = service

  function render(endpoint: Endpoint, body: unknown): StoredAnswer {
    return { status: endpoint.answer.status, body: JSON.stringify(body), location: null }
  }

  function renderProblem(error: ProblemError, operation: string): StoredAnswer {
    return {
      status: error.status,
      body: JSON.stringify(problemDetails(error, operation, '')),
      location: null,
    }
  }

  function toProblem(error: unknown): ProblemError {
    if (error instanceof ProblemError) return error
    if (error instanceof ConnectionLost) return new ProblemError('store-unavailable', error.message)
    throw error
  }

  async function work(request: Request): Promise<Answer> {
    const { operation, params, query, body, key } = request
    const endpoint = api[operation]
    const handler = handlers[operation]
    if (!endpoint || !handler) throw new Error(`There is no operation ${operation}`)
    const handle = (claim?: Claim) => handler({ params, query, body, claim } as Handled)
    try {
      if (key === undefined) return { ...render(endpoint, await handle()), isReplay: false }
      const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) => params[name] ?? '')
      const { replayed, ...answer } = await once(keys, {
        operation,
        key,
        fingerprint: fingerprint(endpoint.method, path, body),
        leaseMs: leftMs() + 1_000,
        render: (value) => render(endpoint, value),
        work: handle,
        keptFailure: (error) =>
          error instanceof ProblemError && keeps(error.problem) ? renderProblem(error, operation) : undefined,
      })
      return { ...answer, isReplay: replayed }
    } catch (error) {
      return { ...renderProblem(toProblem(error), operation), isReplay: false }
    }
  }

  return {
    process,
    handle(request) {
      const deadline = world.now() + Math.min(request.patienceMs, requestTimeoutMs)
      const leftMs = () => deadline - world.now()
      const context: Deadline = {
        requestId: '',
        traceId: '',
        leftMs,
        // The kit compares it with the real time, which stands still here.
        get deadline() {
          return leftMs() > 0 ? Infinity : -Infinity
        },
      }
      return new Promise((resolve, reject) => {
        const giveUp = world.after(
          leftMs(),
          () => {
            const late = new ProblemError('deadline-exceeded', 'The time for this request ran out.')
            resolve({ ...renderProblem(late, request.operation), isReplay: false })
          },
          process,
        )
        runInContext(context, () => work(request))
          .then(resolve, reject)
          .finally(giveUp)
      })
    },
  }
}

/** Runs the background jobs of a replica in the kit's own loop, on simulated time. */
export function repeatJobs(world: World, process: Process, jobs: Job[]): void {
  for (const job of jobs) {
    void repeatJob(job, {
      sleep: (ms) => world.sleep(ms, process),
      random: () => world.random.next(),
      isStopping: () => false,
      onSuccess: () => undefined,
      onFailure(error) {
        if (!(error instanceof ConnectionLost || error instanceof ProblemError)) throw error
        world.tell(() => `${process.name}: ${job.name} failed: ${error.message}`)
      },
    })
  }
}

/** Whether a problem is one of the catalogue's, by the last part of its `type`. */
export function isProblem(answer: Answer, name: ProblemName): boolean {
  return answer.status === problems[name].status && answer.body.includes(`/${name}"`)
}
