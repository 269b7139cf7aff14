/** Scores per subject, counts of hits and p-values -> intervals, tests and corrections. Plain arrays in, plain numbers out; the subject is the unit. */
import { LimbicError } from '../core/errors/index.ts'
import { betaQuantile, logBeta } from '../math/beta.ts'
import {
  binomialUpperTail,
  normalQuantile,
  studentTQuantile,
  studentTTwoSided,
} from '../math/distributions.ts'

/** Limits of a confidence interval. */
export type Interval = [low: number, high: number]

/** Mean over subjects, with Student t intervals; null below two subjects. */
export interface SubjectSummary {
  mean: number
  /** Standard deviation over subjects (n - 1); 0 for one subject. */
  sd: number
  ci95: Interval | null
  ci99: Interval | null
}

/** Direction of a test: what the alternative to the null hypothesis says about the tested value. */
export type Alternative = 'greater' | 'less' | 'two-sided'

/** A test statistic and its p-value. */
export interface TestResult {
  readonly statistic: number
  readonly p: number
}

/**
 * Summarises one score over subjects.
 *
 * @param values - One value per subject.
 * @returns Mean, standard deviation, 95 % and 99 % intervals of the mean.
 * @throws {LimbicError} `VALUE_INVALID` without any value.
 */
export function summarize(values: ArrayLike<number>): SubjectSummary {
  const n = values.length
  if (n === 0) {
    throw new LimbicError('VALUE_INVALID', {
      what: 'a summary over subjects',
      expected: 'a value of at least one subject',
      found: 'none',
    })
  }
  const { mean, sd } = meanAndSd(values)
  const interval = (level: number): Interval | null => {
    if (n < 2) return null
    const half = (studentTQuantile(0.5 + level / 2, n - 1) * sd) / Math.sqrt(n)
    return [mean - half, mean + half]
  }
  return { mean, sd, ci95: interval(0.95), ci99: interval(0.99) }
}

/**
 * One-sample t test of a mean.
 *
 * @param values - One value per subject.
 * @param nullMean - Mean under the null hypothesis, such as chance.
 * @param alternative - Direction.
 * @returns t and p; t is infinite where all values agree and differ from `nullMean`, NaN below two values or where all equal it.
 * @throws Never.
 */
export function oneSampleT(
  values: ArrayLike<number>,
  nullMean: number,
  alternative: Alternative = 'greater',
): TestResult {
  const n = values.length
  if (n < 2) return { statistic: NaN, p: NaN }
  const { mean, sd } = meanAndSd(values)
  const t = (mean - nullMean) / (sd / Math.sqrt(n))
  if (Number.isNaN(t)) return { statistic: NaN, p: NaN }
  const twoSided = studentTTwoSided(t, n - 1)
  if (alternative === 'two-sided') return { statistic: t, p: twoSided }
  const isAsExpected = alternative === 'greater' ? t > 0 : t < 0
  return { statistic: t, p: isAsExpected ? twoSided / 2 : 1 - twoSided / 2 }
}

/**
 * Exact Wilcoxon signed-rank test that values lie around a centre.
 *
 * @param values - One value per subject.
 * @param centre - Centre under the null hypothesis; values equal to it are left out.
 * @param alternative - Direction.
 * @returns Sum of the ranks of the values above the centre, and p; p is 1 when no value is left.
 * @throws Never.
 * @remarks Counts all 2^n signs by dynamic programming, O(n^3). Equal distances share their mean rank, and the p-value is
 *   exact given those ranks.
 * @see Wilcoxon (1945), Individual comparisons by ranking methods.
 */
export function wilcoxonSignedRank(
  values: ArrayLike<number>,
  centre: number,
  alternative: Alternative = 'greater',
): TestResult {
  const differences = Array.from(values, (value) => value - centre).filter((d) => d !== 0)
  const doubledRanks = midRanksDoubled(differences.map(Math.abs))
  const observed = doubledRanks.reduce((sum, rank, i) => sum + (differences[i]! > 0 ? rank : 0), 0)
  const distribution = signedRankDistribution(doubledRanks)
  const atLeast = sumOf(distribution.subarray(observed))
  const atMost = sumOf(distribution.subarray(0, observed + 1))
  const p = {
    greater: atLeast,
    less: atMost,
    'two-sided': Math.min(1, 2 * Math.min(atLeast, atMost)),
  }[alternative]
  return { statistic: observed / 2, p }
}

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

/**
 * p-value of a permutation test: (b + 1) / (m + 1), b of m permuted scores being at least the observed one.
 *
 * @param observed - Score with the true labels.
 * @param permuted - Scores with permuted labels; equal ones, up to rounding, count against the observed score.
 * @returns Above 0, at most 1.
 * @throws Never.
 * @see Phipson and Smyth (2010), Permutation p-values should never be zero.
 */
export function permutationP(observed: number, permuted: ArrayLike<number>): number {
  // Means of the same accuracies may differ in the last digit; a tie must count as a tie.
  const limit = observed - 1e-12 * Math.max(1, Math.abs(observed))
  let nAtLeast = 0
  for (let i = 0; i < permuted.length; i++) if (permuted[i]! >= limit) nAtLeast++
  return (nAtLeast + 1) / (permuted.length + 1)
}

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

function meanAndSd(values: ArrayLike<number>): { mean: number; sd: number } {
  const n = values.length
  const mean = sumOf(values) / n
  let squares = 0
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2
  return { mean, sd: n < 2 ? 0 : Math.sqrt(squares / (n - 1)) }
}

/** Twice the rank of each value; equal values share the mean of their ranks, so twice a rank is a whole number. */
function midRanksDoubled(values: readonly number[]): number[] {
  const order = ascendingOrder(values)
  const ranks = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let k = start; k < end; k++) ranks[order[k]!] = start + 1 + end
    start = end
  }
  return ranks
}

/** Probability of each sum of ranks when every sign is + or - with equal probability. */
function signedRankDistribution(ranks: readonly number[]): Float64Array {
  const distribution = new Float64Array(sumOf(ranks) + 1)
  distribution[0] = 1
  let reached = 0
  for (const rank of ranks) {
    reached += rank
    for (let sum = reached; sum >= 0; sum--) {
      const shifted = sum >= rank ? distribution[sum - rank]! : 0
      distribution[sum] = (distribution[sum]! + shifted) / 2
    }
  }
  return distribution
}

function logBinomial(k: number, n: number, p: number): number {
  const hits = k === 0 ? 0 : k * Math.log(p)
  const misses = k === n ? 0 : (n - k) * Math.log1p(-p)
  return hits + misses - Math.log(n + 1) - logBeta(k + 1, n - k + 1)
}

function ascendingOrder(values: ArrayLike<number>): number[] {
  return Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}
