import type { Context } from './context.ts'
import { returnMoney } from './refund-payment.ts'

/**
 * Brings to its end what a process left when it died. Only the processor knows whether a card was charged: asking for
 * the charge to be void tells, and keeps a charge that is late from ever happening. Each step may be repeated, and
 * every replica may do it at once.
 */
export async function recover(context: Context): Promise<void> {
  const { payments, processor, events } = context
  for (const id of await payments.findAbandoned()) {
    const outcome = await processor.void(id)
    const { payment, changed } = await payments.conclude(id, outcome)
    if (changed) events.paymentRecovered(payment)
  }
  for (const id of await payments.findUnreturned()) await returnMoney(context, id)
}
