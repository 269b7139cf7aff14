/** A secret and what a client sent -> whether they are the same, in a time that does not depend on where they differ. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** Tokens shorter than this can be guessed over a network. */
export const minTokenLength = 16

/**
 * Compares two secrets.
 *
 * @param expected - The secret.
 * @param given - What the client sent; undefined when it sent nothing.
 * @returns Whether they are equal.
 * @throws Never.
 * @remarks Hashes both, so that neither content nor length shows in the time.
 * @example
 * const same = isSameSecret('abc', 'abc') // same = true
 * const other = isSameSecret('abc', 'abcd') // other = false
 */
export function isSameSecret(expected: string, given: string | undefined): boolean {
  const equal = timingSafeEqual(digest(expected), digest(given ?? ''))
  return equal && given !== undefined
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
