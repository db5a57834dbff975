import type { Theatre } from '@matinee/contracts/theatre'
import type { Kit } from '@matinee/service-kit/lifecycle/service'

export type Events = ReturnType<typeof createEvents>

/** The business events of this service: each writes a log line and counts. */
export function createEvents({ logger, metrics }: Pick<Kit, 'logger' | 'metrics'>) {
  const created = metrics.event('theatres_created', 'Theatres added')
  const changed = metrics.event('theatres_changed', 'Theatres changed, including opened and closed')
  const deleted = metrics.event('theatres_deleted', 'Theatres deleted')
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
