import { randomInt } from 'node:crypto'

/**
 * The header of a customer with an address of its own, because limits count by address. It counts where the system trusts one
 * proxy (`TRUSTED_HOPS=1`): the test is then that proxy.
 */
export function ownAddress(): Record<string, string> {
  return { 'X-Forwarded-For': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}` }
}
