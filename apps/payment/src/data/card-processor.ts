import type { Database } from '@matinee/stores/mysql/connect'
import type { CardProcessor } from '../domain/context.ts'
import type { ChargeOutcome } from '../domain/payment.ts'

/** Every other card is captured. */
const testCards: Record<string, ChargeOutcome> = {
  '4000000000000002': 'declined',
  '4000000000009995': 'insufficient-funds',
  '4000000000000069': 'expired-card',
}
const slowTestCard = '4000000000000341'

/**
 * A simulated card processor. It keeps a record of its own, one row for each request id, as a real one does on its side;
 * it stores nothing of the card.
 *
 * @param slowCard what its slow test card waits for
 */
export function createCardProcessor(database: Database, slowCard: () => Promise<unknown>): CardProcessor {
  /** Records the outcome of a request. @returns the first outcome that was recorded for it */
  async function decide<Outcome extends string>(
    id: string,
    kind: 'charge' | 'refund',
    outcome: Outcome,
  ): Promise<Outcome> {
    const isFirst = await database.insert(
      `INSERT INTO processor_requests (request_id, kind, outcome, created_at)
       VALUES (?, ?, ?, UTC_TIMESTAMP(3))`,
      [id, kind, outcome],
    )
    if (isFirst) return outcome
    const [earlier] = await database.read<{ outcome: Outcome }>(
      'SELECT outcome FROM processor_requests WHERE request_id = ? AND kind = ?',
      [id, kind],
    )
    if (!earlier) throw new Error(`The ${kind} ${id} has lost its record`)
    return earlier.outcome
  }

  return {
    async charge(id, { number }) {
      if (number === slowTestCard) await slowCard()
      return await decide(id, 'charge', testCards[number] ?? 'captured')
    },
    void: (id) => decide<ChargeOutcome>(id, 'charge', 'voided'),
    async refund(id) {
      await decide(id, 'refund', 'refunded')
    },
  }
}
