import { setTimeout as sleep } from 'node:timers/promises'
import type { ChargeOutcome, Processor } from '../domain/context.ts'
import { retryConflicts } from './errors.ts'
import type { PrismaClient } from '../generated/prisma/client.ts'

/** What the processor makes of its test cards; it captures every other one. */
const testCards: Record<string, ChargeOutcome> = {
  '4000000000000002': 'declined',
  '4000000000009995': 'insufficient-funds',
  '4000000000000069': 'expired-card',
}
const slowCard = '4000000000000341'

/**
 * A simulation of a card processor. It keeps its own record of every request by id, as a real one does on its side;
 * of the card it keeps nothing.
 *
 * @param slowMs how long its slow test card takes
 */
export function createCardProcessor(prisma: PrismaClient, slowMs: number): Processor {
  /** Writes the outcome of a request, unless it has one. */
  async function decide(requestId: string, kind: 'charge' | 'refund', outcome: string): Promise<string> {
    await retryConflicts(
      () => prisma.$executeRaw`
        INSERT INTO processor_requests (request_id, kind, outcome, created_at)
        VALUES (${requestId}, ${kind}, ${outcome}, UTC_TIMESTAMP(3))
        ON DUPLICATE KEY UPDATE request_id = request_id`,
    )
    const request = await prisma.processorRequest.findUniqueOrThrow({
      where: { requestId_kind: { requestId, kind } },
    })
    return request.outcome
  }

  return {
    async charge(id, { number }) {
      if (number === slowCard) await sleep(slowMs)
      return (await decide(id, 'charge', testCards[number] ?? 'captured')) as ChargeOutcome
    },
    async void(id) {
      return (await decide(id, 'charge', 'voided')) as ChargeOutcome
    },
    async refund(id) {
      await decide(id, 'refund', 'refunded')
    },
  }
}
