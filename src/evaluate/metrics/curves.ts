/** Class probabilities `[nSamples x nClasses]`, row-major, and true classes -> counts that ROC and reliability curves are drawn from and that add up over subjects. */
import type { Curves } from '../../core/schemas/report.ts'
import type { Matrix } from '../../core/types.ts'
import { reliabilityBins } from './probability.ts'

/** Thresholds on the log odds of a class: even steps there resolve both ends of the curve, where thresholds on the probability would not. */
export const rocEdges: readonly number[] = Array.from({ length: 29 }, (_, i) => (i - 14) / 2)

/** One point of a ROC curve. */
export interface RocPoint {
  readonly falsePositive: number
  readonly truePositive: number
}

/** What is drawn of one bin of confidences that is not empty. */
export interface ReliabilityPoint {
  readonly count: number
  readonly meanConfidence: number
  readonly accuracy: number
}

/**
 * Counts samples by the log odds of every class, and by confidence.
 *
 * @param labels - True class per sample.
 * @param probabilities - `[nSamples x nClasses]`, rows summing to 1.
 * @returns Per class `rocEdges.length + 1` counts of its own and of other samples, ascending; ten bins of confidence.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there is not one label per row.
 * @remarks O(nSamples * nClasses). Bin b of a class holds log odds of at least `rocEdges[b - 1]` and less than `rocEdges[b]`.
 */
export function countCurves(labels: ArrayLike<number>, probabilities: Matrix): Curves {
  const { data, nRows, nCols } = probabilities
  const empty = (): number[] => new Array<number>(rocEdges.length + 1).fill(0)
  const roc = Array.from({ length: nCols }, () => ({ positive: empty(), negative: empty() }))
  for (let i = 0; i < nRows; i++)
    roc.forEach(({ positive, negative }, c) => {
      // A softmax may exceed 1 by rounding.
      const p = Math.min(1, data[i * nCols + c]!)
      const counts = labels[i] === c ? positive : negative
      counts[binOf(Math.log(p) - Math.log1p(-p))]! += 1
    })
  const reliability = reliabilityBins(labels, probabilities).map(
    ({ count, meanConfidence, accuracy }) => ({
      count,
      confidence: count === 0 ? 0 : meanConfidence * count,
      hits: count === 0 ? 0 : Math.round(accuracy * count),
    }),
  )
  return { roc, reliability }
}

/**
 * Adds up the counts of several subjects.
 *
 * @param curves - One entry per subject, of equal shape; at least one.
 * @returns Counts over all of them.
 * @throws Never.
 */
export function sumCurves(curves: readonly Curves[]): Curves {
  const over = (length: number, pick: (curve: Curves, i: number) => number): number[] =>
    Array.from({ length }, (_, i) => curves.reduce((sum, curve) => sum + pick(curve, i), 0))
  const [first] = curves
  return {
    roc: (first?.roc ?? []).map(({ positive }, c) => ({
      positive: over(positive.length, (curve, i) => curve.roc[c]!.positive[i]!),
      negative: over(positive.length, (curve, i) => curve.roc[c]!.negative[i]!),
    })),
    reliability: (first?.reliability ?? []).map((_, b) => ({
      count: over(1, ({ reliability }) => reliability[b]!.count)[0]!,
      confidence: over(1, ({ reliability }) => reliability[b]!.confidence)[0]!,
      hits: over(1, ({ reliability }) => reliability[b]!.hits)[0]!,
    })),
  }
}

/**
 * The ROC curve of one class against the others.
 *
 * @param counts - As `countCurves` gives them for a class.
 * @returns From (0, 0) to (1, 1), one point per threshold; empty when the class, or every other one, never occurs.
 * @throws Never.
 */
export function rocPoints({ positive, negative }: Curves['roc'][number]): RocPoint[] {
  const nPositive = sum(positive)
  const nNegative = sum(negative)
  if (nPositive === 0 || nNegative === 0) return []
  let hits = 0
  let alarms = 0
  const points = positive.map((_, i) => {
    hits += positive[positive.length - 1 - i]!
    alarms += negative[negative.length - 1 - i]!
    return { falsePositive: alarms / nNegative, truePositive: hits / nPositive }
  })
  return [{ falsePositive: 0, truePositive: 0 }, ...points]
}

/**
 * Area under a curve of straight pieces.
 *
 * @param points - As `rocPoints` gives them.
 * @returns 0..1; NaN without points.
 * @throws Never.
 * @example
 * const area = rocArea([{ falsePositive: 0, truePositive: 0 }, { falsePositive: 1, truePositive: 1 }]) // area = 0.5
 */
export function rocArea(points: readonly RocPoint[]): number {
  if (points.length === 0) return NaN
  return points.slice(1).reduce((area, point, i) => {
    const last = points[i]!
    const width = point.falsePositive - last.falsePositive
    return area + (width * (point.truePositive + last.truePositive)) / 2
  }, 0)
}

/**
 * Confidence and accuracy of every bin that holds samples.
 *
 * @param bins - As `countCurves` gives them.
 * @returns The bins, by rising confidence.
 * @throws Never.
 */
export function reliabilityPoints(bins: Curves['reliability']): ReliabilityPoint[] {
  return bins
    .filter(({ count }) => count > 0)
    .map(({ count, confidence, hits }) => ({
      count,
      meanConfidence: confidence / count,
      accuracy: hits / count,
    }))
}

/**
 * Expected calibration error over all samples that were counted, whoever they came from.
 *
 * @param bins - As `countCurves` gives them.
 * @returns 0..1; 0 without samples.
 * @throws Never.
 * @see Guo et al. (2017), On calibration of modern neural networks.
 */
export function calibrationError(bins: Curves['reliability']): number {
  const total = sum(bins.map(({ count }) => count))
  return total === 0 ? 0 : sum(bins.map((bin) => Math.abs(bin.hits - bin.confidence))) / total
}

function binOf(logOdds: number): number {
  let low = 0
  let high = rocEdges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (rocEdges[middle]! <= logOdds) low = middle + 1
    else high = middle
  }
  return low
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
