import type { Card } from '@matinee/contracts/payment'
import { ProblemError } from '@matinee/service-kit/http/problem'

/** The check digit of a card number (ISO/IEC 7812-1, annex B). */
function passesLuhn(number: string): boolean {
  const digits = Array.from(number, Number).reverse()
  const sum = digits.reduce((total, digit, index) => {
    const weighted = digit * (index % 2 === 0 ? 1 : 2)
    return total + (weighted > 9 ? weighted - 9 : weighted)
  }, 0)
  return sum % 10 === 0
}

/** A card is valid until the end of its month, in UTC. */
function hasExpired({ expiryYear, expiryMonth }: Card, now: Date): boolean {
  return expiryYear * 12 + expiryMonth < now.getUTCFullYear() * 12 + now.getUTCMonth() + 1
}

/** @throws ProblemError `validation-failed` for an invalid number or an expired card */
export function assertUsable(card: Card, now: Date): void {
  const errors = [
    ...(passesLuhn(card.number) ? [] : [{ pointer: '/card/number', detail: 'Is not a valid card number' }]),
    ...(hasExpired(card, now)
      ? [
          {
            pointer: card.expiryYear < now.getUTCFullYear() ? '/card/expiryYear' : '/card/expiryMonth',
            detail: 'Has passed',
          },
        ]
      : []),
  ]
  if (errors.length === 0) return
  const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ')
  throw new ProblemError('validation-failed', detail, { members: { errors } })
}

const brands: [RegExp, string][] = [
  [/^4/, 'visa'],
  [/^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/, 'mastercard'],
  [/^3[47]/, 'amex'],
  [/^(6011|64[4-9]|65)/, 'discover'],
]

/** Everything that is stored of a card. */
export function describeCard({ number }: Card): { brand: string; last4: string } {
  const brand = brands.find(([form]) => form.test(number))?.[1] ?? 'other'
  return { brand, last4: number.slice(-4) }
}
