/** A float array -> a new one of the same type and length, filled with zeros. */
import type { FloatArray } from '../core/types.ts'

/**
 * Makes an array of zeros.
 *
 * @param array - Gives type and length.
 * @returns The array.
 * @throws Never.
 * @example
 * const zeros = createLike(Float32Array.of(1, 2)) // zeros = [0, 0]
 */
export function createLike<A extends FloatArray>(array: A): A {
  const Constructor = array instanceof Float32Array ? Float32Array : Float64Array
  return new Constructor(array.length) as FloatArray as A
}
