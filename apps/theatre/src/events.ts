import type { Theatre } from '@matinee/contracts/theatre'
import type { Kit } from '@matinee/service-kit/lifecycle/service'

export type Events = ReturnType<typeof createEvents>

/** The business events of this service, one function each: a log line and a count. */
export function createEvents({ logger, metrics }: Pick<Kit, 'logger' | 'metrics'>) {
  const created = metrics.event('theatres_created', 'Theatres added')
  const changed = metrics.event('theatres_changed', 'Theatres changed, closed or opened')
  const deleted = metrics.event('theatres_deleted', 'Theatres removed')
  return {
    theatreCreated({ id }: Theatre) {
      created.inc()
      logger.info('theatre created', { theatreId: id })
    },
    theatreChanged({ id, available }: Theatre) {
      changed.inc()
      logger.info('theatre changed', { theatreId: id, available })
    },
    theatreDeleted(id: string) {
      deleted.inc()
      logger.info('theatre deleted', { theatreId: id })
    },
  }
}
