import { fillPath } from '@matinee/contracts/endpoint'
import type { Api, Endpoint } from '@matinee/contracts/endpoint'
import type { ProblemName } from '@matinee/contracts/problems'
import { problems } from '@matinee/contracts/problems'
import { runInContext } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { perform, renderProblem } from '@matinee/service-kit/http/perform'
import type { Handler, IdempotencyOptions } from '@matinee/service-kit/http/perform'
import { ProblemError, deadlineExceeded, storeUnavailable } from '@matinee/service-kit/http/problem'
import { repeatJob } from '@matinee/service-kit/lifecycle/jobs'
import type { Job } from '@matinee/service-kit/lifecycle/jobs'
import { ConnectionLost } from './database.ts'
import type { Answer, Replica, Request } from './network.ts'
import type { Process } from './process.ts'
import type { World } from './world.ts'

interface Handled {
  params: Record<string, string>
  query: Record<string, unknown>
  body: unknown
  /** Present where the endpoint needs a key. */
  claim: Claim
}

interface Service {
  api: Api
  handlers: Record<string, (request: Handled) => Promise<unknown>>
  idempotency: IdempotencyOptions
  requestTimeoutMs: number
}

/** A replica of a service: the kit's `perform` on the simulated network and clock. */
export function createReplica(world: World, process: Process, service: Service): Replica {
  const { api, handlers, idempotency, requestTimeoutMs } = service

  function toProblem(error: unknown): ProblemError {
    if (error instanceof ProblemError) return error
    if (error instanceof ConnectionLost) return storeUnavailable(error)
    throw error
  }

  async function work({ operation: name, params, query, body, key }: Request): Promise<Answer> {
    const endpoint = api[name]
    if (!endpoint) throw new Error(`There is no operation ${name}`)
    const handler = handlers[name] as unknown as Handler<Endpoint>
    const path = fillPath(endpoint.path, params)
    try {
      return await perform(
        { name, endpoint, handler, idempotency },
        {
          method: endpoint.method.toUpperCase(),
          path,
          url: path,
          params,
          query,
          body,
          idempotencyKey: key,
        },
      )
    } catch (error) {
      return { ...renderProblem(toProblem(error), path), replayed: false }
    }
  }

  return {
    process,
    handle(request) {
      const deadline = world.now() + Math.min(request.timeoutMs, requestTimeoutMs)
      const timeLeft = () => deadline - world.now()
      return new Promise((resolve, reject) => {
        const giveUp = world.after(
          timeLeft(),
          () => {
            resolve({ ...renderProblem(deadlineExceeded(), request.operation), replayed: false })
          },
          process,
        )
        runInContext({ requestId: '', traceId: '', timeLeft, client: request.client }, () => work(request))
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
