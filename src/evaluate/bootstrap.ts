/** Scores per subject -> an interval of their mean by resampling subjects, which assumes no distribution. */
import { createRng } from '../core/rng.ts'
import type { Interval } from './proportions.ts'

const nResamples = 2000

/**
 * Percentile bootstrap interval of a mean over subjects.
 *
 * @param values - One value per subject.
 * @param level - Coverage, such as .95.
 * @returns Both ends, or null below two subjects. The same values give the same interval.
 * @throws Never.
 * @remarks 2000 resamples from a fixed seed, O(2000 n). Below about ten subjects it is too narrow; the Student t interval stands beside it.
 * @see Efron and Tibshirani (1993), An introduction to the bootstrap, ch. 13.
 * @example
 * const none = bootstrapInterval([0.5]) // none = null
 */
export function bootstrapInterval(values: ArrayLike<number>, level = 0.95): Interval | null {
  const n = values.length
  if (n < 2) return null
  const rng = createRng('bootstrap over subjects')
  const means = Float64Array.from({ length: nResamples }, () => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += values[rng.integer(n)]!
    return sum / n
  }).sort()
  const at = (share: number): number => means[Math.round(share * (nResamples - 1))]!
  return [at((1 - level) / 2), at((1 + level) / 2)]
}
