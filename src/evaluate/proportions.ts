/** Numbers of hits and trials -> exact tests and confidence intervals. Scalars in, scalars out. */
import { betaQuantile, logBeta } from '../math/beta.ts'
import { binomialUpperTail, normalQuantile } from '../math/distributions.ts'

/** Limits of a confidence interval. */
export type Interval = [low: number, high: number]

/** Direction of a test: what the alternative to the null hypothesis says about the tested value. */
export type Alternative = 'greater' | 'less' | 'two-sided'

/**
 * Exact binomial test of a number of hits.
 *
 * @param nHits - Hits.
 * @param nTrials - Trials.
 * @param chance - Probability of a hit under the null hypothesis.
 * @param alternative - Direction. Two-sided sums every outcome that is no more probable than the observed one.
 * @returns The p-value.
 * @throws Never.
 * @remarks Volumes of one run are not independent trials: for a decoder this test is only right on independent units.
 */
export function binomialTest(
  nHits: number,
  nTrials: number,
  chance: number,
  alternative: Alternative = 'greater',
): number {
  const atLeast = binomialUpperTail(nHits, nTrials, chance)
  const atMost = binomialUpperTail(nTrials - nHits, nTrials, 1 - chance)
  if (alternative !== 'two-sided') return alternative === 'greater' ? atLeast : atMost
  // The slack lets outcomes count as equally probable in spite of rounding.
  const limit = logBinomial(nHits, nTrials, chance) + Math.log1p(1e-7)
  const isNoMoreProbable = (k: number): boolean => logBinomial(k, nTrials, chance) <= limit
  if (nHits < nTrials * chance) {
    let k = nTrials
    while (k > nHits && isNoMoreProbable(k)) k--
    return Math.min(1, atMost + binomialUpperTail(k + 1, nTrials, chance))
  }
  let k = 0
  while (k < nHits && isNoMoreProbable(k)) k++
  return Math.min(1, atLeast + binomialUpperTail(nTrials - k + 1, nTrials, 1 - chance))
}

/**
 * Wilson's score interval of a proportion, without continuity correction.
 *
 * @param nHits - Hits.
 * @param nTrials - Trials, at least 1.
 * @param level - Confidence, such as 0.95.
 * @returns The limits, 0..1.
 * @throws Never.
 * @see Wilson (1927), Probable inference, JASA 22.
 */
export function wilsonInterval(nHits: number, nTrials: number, level = 0.95): Interval {
  const z = normalQuantile(0.5 + level / 2)
  const share = nHits / nTrials
  const weight = (z * z) / nTrials
  const middle = (share + weight / 2) / (1 + weight)
  const half =
    (z * Math.sqrt((share * (1 - share)) / nTrials + weight / (4 * nTrials))) / (1 + weight)
  return [nHits === 0 ? 0 : middle - half, nHits === nTrials ? 1 : middle + half]
}

/**
 * Clopper and Pearson's exact interval of a proportion.
 *
 * @param nHits - Hits.
 * @param nTrials - Trials, at least 1.
 * @param level - Confidence, such as 0.95.
 * @returns The limits, 0..1.
 * @throws Never.
 * @see Clopper and Pearson (1934), The use of confidence or fiducial limits, Biometrika 26.
 */
export function clopperPearsonInterval(nHits: number, nTrials: number, level = 0.95): Interval {
  const outside = (1 - level) / 2
  return [
    nHits === 0 ? 0 : betaQuantile(outside, nHits, nTrials - nHits + 1),
    nHits === nTrials ? 1 : 1 - betaQuantile(outside, nTrials - nHits, nHits + 1),
  ]
}

function logBinomial(k: number, n: number, p: number): number {
  const hits = k === 0 ? 0 : k * Math.log(p)
  const misses = k === n ? 0 : (n - k) * Math.log1p(-p)
  return hits + misses - Math.log(n + 1) - logBeta(k + 1, n - k + 1)
}
