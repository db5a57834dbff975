/** Without I, L and O, which look like digits, and without the digits that look like them. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

/** What a customer reads out at the counter: `K7TQ2MXA`. Unique only once the store has said so. */
export function newReference(random: () => number): string {
  return Array.from({ length: 8 }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join('')
}
