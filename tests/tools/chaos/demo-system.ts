import { resolve } from 'node:path'
import { startStack } from '@matinee/local-stack/stack'
import type { System } from './system.ts'

/** Processes on this machine, as those of `make demo`. */
export async function demoSystem(say: (line: string) => void): Promise<System> {
  const ended: string[] = []
  const { adminToken, databases, databaseUrls, services, stop } = await startStack({
    dataDir: resolve('.data/chaos'),
    durable: process.env['DURABLE'] !== '0',
    env: {
      booking: { HOLD_SECONDS: '20' },
      dashboard: { TRUSTED_HOPS: '1' },
    },
    say,
    onExit: (part, how) => ended.push(`${part} ${how} by itself`),
  })
  return {
    url: services.dashboard.url,
    adminToken,
    parts: [...Object.entries(services), ...Object.entries(databases)].map(([name, { kill, restart }]) => ({
      name,
      kill,
      restart,
    })),
    ended,
    openStores: () => Promise.resolve({ booking: databaseUrls.booking, payment: databaseUrls.payment }),
    stop,
  }
}
