/** p-values of many tests -> p-values corrected for their number. Plain arrays in, one value per test out. */

/**
 * Benjamini and Hochberg's adjusted p-values, which bound the share of false discoveries.
 *
 * @param pValues - p-values of all tests.
 * @returns Adjusted p-values, in the same order.
 * @throws Never.
 * @see Benjamini and Hochberg (1995), Controlling the false discovery rate.
 */
export function adjustBenjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const order = ascendingOrder(pValues)
  const adjusted = new Float64Array(order.length)
  let smallest = 1
  for (let rank = order.length; rank >= 1; rank--) {
    const i = order[rank - 1]!
    smallest = Math.min(smallest, (pValues[i]! * order.length) / rank)
    adjusted[i] = smallest
  }
  return adjusted
}

/**
 * Holm's adjusted p-values, which bound the chance of any false discovery.
 *
 * @param pValues - p-values of all tests.
 * @returns Adjusted p-values, in the same order.
 * @throws Never.
 * @see Holm (1979), A simple sequentially rejective multiple test procedure.
 */
export function adjustHolm(pValues: ArrayLike<number>): Float64Array {
  const order = ascendingOrder(pValues)
  const adjusted = new Float64Array(order.length)
  let largest = 0
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[i]! * (order.length - rank)))
    adjusted[i] = largest
  })
  return adjusted
}

/**
 * Bonferroni's adjusted p-values: each times the number of tests.
 *
 * @param pValues - p-values of all tests.
 * @returns Adjusted p-values, in the same order.
 * @throws Never.
 */
export function adjustBonferroni(pValues: ArrayLike<number>): Float64Array {
  return Float64Array.from(pValues, (p) => Math.min(1, p * pValues.length))
}

/**
 * The order that sorts values.
 *
 * @param values - Numbers.
 * @returns Indices, from the smallest value to the largest; equal values in their own order.
 * @throws Never.
 */
export function ascendingOrder(values: ArrayLike<number>): number[] {
  return Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
}
