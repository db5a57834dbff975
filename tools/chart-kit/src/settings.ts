import { z } from 'zod'
import { Config as booking } from '../../../apps/booking/src/config.ts'
import { Config as dashboard } from '../../../apps/dashboard/src/config.ts'
import { Config as movie } from '../../../apps/movie/src/config.ts'
import { Config as payment } from '../../../apps/payment/src/config.ts'
import { Config as theatre } from '../../../apps/theatre/src/config.ts'
import type { Schema } from './json-schema.ts'

const configs: Record<string, z.ZodObject> = { booking, dashboard, movie, payment, theatre }

/** Variables that the charts set themselves: ports, and what comes from a Secret. */
const setByTheChart = ['HOST', 'PORT', 'METRICS_PORT', 'ADMIN_TOKEN_PREVIOUS', 'MONGODB_URL', 'DATABASE_URL']

/** The variables that a chart's `config` accepts, from the service's own `src/config.ts`. */
export function settingsOf(service: string, secrets: string[]): Record<string, Schema> {
  const config = configs[service]
  if (!config) throw new Error(`settings.ts does not import the src/config.ts of ${service}`)
  const { properties: read = {} } = z.toJSONSchema(config, { io: 'output', unrepresentable: 'any' })
  const { properties: given = {} } = z.toJSONSchema(config, { io: 'input' })
  const settings: Record<string, Schema> = {}
  for (const [name, schema] of Object.entries(read as Record<string, Schema>)) {
    if ([...setByTheChart, ...secrets].includes(name)) continue
    const { type, minimum, default: preset } = schema
    if (type !== 'integer') settings[name] = given[name] as Schema
    else
      settings[name] = {
        type: ['integer', 'string'],
        minimum,
        pattern: '^[0-9]+$',
        ...(preset === undefined ? {} : { default: preset }),
      }
  }
  return settings
}
