/** Scores per subject -> summaries, intervals and tests. Plain arrays in, plain numbers out; the subject is the unit. */
import { LimbicError } from '../core/errors/index.ts'
import { studentTQuantile, studentTTwoSided } from '../math/distributions.ts'
import { ascendingOrder } from './multiple-tests.ts'
import type { Alternative, Interval } from './proportions.ts'

export { adjustBenjaminiHochberg, adjustBonferroni, adjustHolm } from './multiple-tests.ts'
export {
  binomialTest,
  clopperPearsonInterval,
  wilsonInterval,
  type Alternative,
  type Interval,
} from './proportions.ts'

/** Mean over subjects, with Student t intervals; null below two subjects. */
export interface SubjectSummary {
  mean: number
  /** Standard deviation over subjects (n - 1); 0 for one subject. */
  sd: number
  ci95: Interval | null
  ci99: Interval | null
}

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

function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}
