import type { Theatre } from '@matinee/contracts/theatre'
import type { Kit } from '@matinee/service-kit/lifecycle/service'

export type Events = ReturnType<typeof createEvents>

/** The business events of this service, one function each: a log line and, where it matters, a counter. */
export function createEvents({ logger, metrics }: Pick<Kit, 'logger' | 'metrics'>) {
  const added = metrics.event('theatres_added', 'Theatres added')
  const changed = metrics.event('theatres_changed', 'Theatres changed, including opened and closed')
  const deleted = metrics.event('theatres_deleted', 'Theatres deleted')
  return {
    theatreAdded({ id }: Theatre) {
      added.inc()
      logger.info('theatre added', { theatreId: id })
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
