import type { Client } from '@matinee/service-kit/http/context'
import type { Process } from './process.ts'
import type { World } from './world.ts'

/** A request as it is on the wire. */
export interface Request {
  operation: string
  params: Record<string, string>
  query: Record<string, unknown>
  body: unknown
  key: string | undefined
  /** As the edge would name the sender; left out between services. */
  client?: Client
  /** How long its sender waits, in ms. */
  timeoutMs: number
}

export interface Answer {
  status: number
  body: string
  replayed: boolean
}

/** No answer in time: whether the request was carried out is unknown. */
export class TimedOut extends Error {
  override name = 'TimedOut'
}

/** The connection was refused or broken: whether the request was carried out is unknown. */
export class Disconnected extends Error {
  override name = 'Disconnected'
}

/** One replica of a service. */
export interface Replica {
  process: Process
  /** Never rejects. */
  handle(request: Request): Promise<Answer>
}

export interface Network {
  /** Adds a replica; it replaces the one that its process was before it died. */
  addReplica(service: string, replica: Replica): void
  /**
   * Sends a request to one replica of a service.
   *
   * @param isIdle whether an answer shows that there was nothing to do, so that a fault would be wasted
   * @throws TimedOut or Disconnected
   */
  send(
    sender: Process,
    service: string,
    request: Request,
    isIdle?: (answer: Answer) => boolean,
  ): Promise<Answer>
}

const delayMs = 8_000

export function createNetwork(world: World): Network {
  const services = new Map<string, Replica[]>()
  let sent = 0

  /** The next replica that is up, in turn; undefined when none is. */
  function route(service: string): Replica | undefined {
    const up = services.get(service)?.filter(({ process }) => process.isUp) ?? []
    sent += 1
    return up[sent % up.length]
  }

  return {
    addReplica(service, replica) {
      const others = services.get(service)?.filter(({ process }) => process !== replica.process) ?? []
      services.set(service, [...others, replica])
    },

    send(sender, service, request, isIdle) {
      return new Promise((resolve, reject) => {
        if (!sender.isUp) return
        const what = `${request.operation} ${Object.values(request.params).join(' ')}`.trim()
        const point = { kind: 'message', what: `request "${what}" to ${service}`, process: sender } as const
        const waiter = sender.life
        let fault = isIdle ? undefined : world.faultAt(point)

        const giveUp = world.after(
          request.timeoutMs,
          () => {
            reject(new TimedOut(`${service} did not answer`))
          },
          sender,
        )

        function disconnect(): void {
          world.after(
            world.latency(),
            () => {
              giveUp()
              reject(new Disconnected(`The connection to ${service} broke`))
            },
            sender,
            waiter,
          )
        }

        function giveBack(answer: Answer): void {
          if (isIdle && !isIdle(answer)) fault = world.faultAt(point)
          if (fault === 'sender-killed') world.kill(sender)
          if (fault === 'answer-dropped' || fault === 'request-dropped') return
          world.after(
            world.latency() + (fault === 'answer-delayed' ? delayMs : 0),
            () => {
              giveUp()
              resolve(answer)
            },
            sender,
            waiter,
          )
        }

        function deliver(end: () => void): void {
          const replica = route(service)
          if (!replica) {
            end()
            disconnect()
            return
          }
          const { process } = replica
          const breakOff = () => {
            end()
            disconnect()
          }
          process.onDeath.add(breakOff)
          world.tell(() => `${sender.name} -> ${process.name}: ${what} ${request.key ?? ''}`)
          void replica.handle(request).then((answer) => {
            end()
            process.onDeath.delete(breakOff)
            world.tell(() => `${process.name} -> ${sender.name}: ${answer.status} ${answer.body}`)
            giveBack(answer)
          })
        }

        function travel(ms: number): void {
          // What is asked for as a matter of routine changes nothing.
          const end = isIdle ? () => undefined : world.begin()
          world.after(ms, () => {
            deliver(end)
          })
        }

        if (fault === 'request-dropped') return
        const delay = world.latency() + (fault === 'request-delayed' ? delayMs : 0)
        travel(delay)
        if (fault === 'request-duplicated') travel(delay + world.latency())
      })
    },
  }
}
