/** What counts as rounding noise beside a signal, for arrays of either float type. */
import type { FloatArray } from '../core/types.ts'

/**
 * Spread, as a fraction of a series' root mean square, at or below which the series counts as constant.
 *
 * @param data - The array that the series was read from; only its type matters.
 * @returns 1e-6 for float32, 1.5e-14 for float64: some ten and some sixty rounding steps.
 * @throws Never.
 * @example
 * const floor = noiseFloor(new Float32Array(0)) // floor = 1e-6
 */
export function noiseFloor(data: FloatArray): number {
  return data instanceof Float32Array ? 1e-6 : 1.5e-14
}
