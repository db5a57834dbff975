import type { Context } from './context.ts'
import { returnMoney } from './refund-payment.ts'

/**
 * Completes what a process left unfinished when it died. Only the processor knows whether the card was charged: asking it
 * to void the charge reveals the outcome, and keeps a late charge from ever happening. Every step may be repeated, and
 * every replica may run this at the same time.
 *
 * @returns whether it found anything
 */
export async function recover(context: Context): Promise<boolean> {
  const { payments, processor, events } = context
  const abandoned = await payments.findAbandoned()
  for (const id of abandoned) {
    const outcome = await processor.void(id)
    const { payment, changed } = await payments.conclude(id, outcome)
    if (changed) events.paymentRecovered(payment)
  }
  const unreturned = await payments.findUnreturned()
  for (const id of unreturned) await returnMoney(context, id)
  return abandoned.length + unreturned.length > 0
}
