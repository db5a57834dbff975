import { createAdmissions } from '../src/overload/admissions.ts'
import { createLogger } from '../src/observe/logger.ts'
import { createMetrics } from '../src/observe/metrics.ts'
import type { Kit } from '../src/lifecycle/service.ts'
import { createLogs } from '@matinee/test-kit/logs'

/** A kit, for tests of a single part. */
export function aKit() {
  const logs = createLogs()
  const stopping = new AbortController()
  const kit: Kit = {
    name: 'sample',
    logger: createLogger('sample', 'info', logs.destination),
    metrics: createMetrics('sample'),
    admissions: createAdmissions(8),
    breakers: true,
    stopping: stopping.signal,
  }
  return { ...kit, logs, stop: stopping }
}
