/** Without I, L and O, and without the digits that they are mistaken for. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

/** A reference that a customer can read out at the counter: `K7TQ2MXA`. The store makes sure that it is unique. */
export function newReference(random: () => number): string {
  return Array.from({ length: 8 }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join('')
}
