/** Class probabilities `[nSamples x nClasses]`, row-major, and true classes -> log-loss, Brier score and calibration. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix } from '../../core/types.ts'

/** One bin of a reliability diagram: confidences in (`from`, `to`]. `meanConfidence` and `accuracy` are NaN in an empty bin. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly count: number
  readonly meanConfidence: number
  readonly accuracy: number
}

/**
 * The most probable class of every sample; the first of several equal ones.
 *
 * @param probabilities - `[nSamples x nClasses]`; any scores will do.
 * @returns Class index per sample.
 * @throws Never.
 */
export function predictClasses(probabilities: Matrix): Int32Array {
  const { data, nRows, nCols } = probabilities
  const predicted = new Int32Array(nRows)
  for (let i = 0; i < nRows; i++)
    for (let c = 1; c < nCols; c++)
      if (data[i * nCols + c]! > data[i * nCols + predicted[i]!]!) predicted[i] = c
  return predicted
}

/**
 * Mean negative log probability of the true class, natural logarithm.
 *
 * @param labels - True class per sample.
 * @param probabilities - `[nSamples x nClasses]`, rows summing to 1.
 * @returns 0 or more. Probabilities are kept 2.2e-16 away from 0 and 1 and scaled to sum 1, so one certain mistake costs 36, not infinity.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there is not one label per row.
 */
export function logLoss(labels: ArrayLike<number>, probabilities: Matrix): number {
  assertRows(labels, probabilities)
  const { data, nRows, nCols } = probabilities
  const clip = (p: number): number => Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON)
  let sum = 0
  for (let i = 0; i < nRows; i++) {
    let rowSum = 0
    for (let c = 0; c < nCols; c++) rowSum += clip(data[i * nCols + c]!)
    sum -= Math.log(clip(data[i * nCols + labels[i]!]!) / rowSum)
  }
  return sum / nRows
}

/**
 * Mean over samples of the squared distance between the probabilities and the truth, summed over classes.
 *
 * @param labels - True class per sample.
 * @param probabilities - `[nSamples x nClasses]`.
 * @returns 0..2.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there is not one label per row.
 * @see Brier (1950), Verification of forecasts expressed in terms of probability.
 */
export function brierScore(labels: ArrayLike<number>, probabilities: Matrix): number {
  assertRows(labels, probabilities)
  const { data, nRows, nCols } = probabilities
  let sum = 0
  for (let i = 0; i < nRows; i++)
    for (let c = 0; c < nCols; c++) sum += (data[i * nCols + c]! - (labels[i] === c ? 1 : 0)) ** 2
  return sum / nRows
}

/**
 * Groups samples by confidence, the probability of their predicted class, for a reliability diagram.
 *
 * @param labels - True class per sample.
 * @param probabilities - `[nSamples x nClasses]`.
 * @param nBins - Number of equal-width bins.
 * @returns One entry per bin. Bin b holds confidences in (b/nBins, (b+1)/nBins]; the first also holds 0.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there is not one label per row.
 */
export function reliabilityBins(
  labels: ArrayLike<number>,
  probabilities: Matrix,
  nBins = 10,
): ReliabilityBin[] {
  assertRows(labels, probabilities)
  const count = new Int32Array(nBins)
  const confidence = new Float64Array(nBins)
  const hits = new Float64Array(nBins)
  predictClasses(probabilities).forEach((predicted, i) => {
    const p = probabilities.data[i * probabilities.nCols + predicted]!
    const bin = binOf(p, nBins)
    count[bin]!++
    confidence[bin]! += p
    if (labels[i] === predicted) hits[bin]!++
  })
  return Array.from({ length: nBins }, (_, b) => ({
    from: b / nBins,
    to: (b + 1) / nBins,
    count: count[b]!,
    meanConfidence: confidence[b]! / count[b]!,
    accuracy: hits[b]! / count[b]!,
  }))
}

/**
 * Expected calibration error: how far confidence and accuracy lie apart, averaged over samples in equal-width bins.
 *
 * @param labels - True class per sample.
 * @param probabilities - `[nSamples x nClasses]`.
 * @param nBins - Number of bins.
 * @returns 0..1.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there is not one label per row.
 * @see Guo et al. (2017), On calibration of modern neural networks.
 */
export function expectedCalibrationError(
  labels: ArrayLike<number>,
  probabilities: Matrix,
  nBins = 10,
): number {
  return reliabilityBins(labels, probabilities, nBins)
    .filter((bin) => bin.count > 0)
    .reduce(
      (sum, bin) =>
        sum + (bin.count / probabilities.nRows) * Math.abs(bin.accuracy - bin.meanConfidence),
      0,
    )
}

/** Compares with the edges themselves, b / nBins: p * nBins would round some edges into the next bin. */
function binOf(p: number, nBins: number): number {
  let bin = Math.min(Math.max(Math.ceil(p * nBins) - 1, 0), nBins - 1)
  while (bin > 0 && p <= bin / nBins) bin--
  while (bin < nBins - 1 && p > (bin + 1) / nBins) bin++
  return bin
}

function assertRows(labels: ArrayLike<number>, probabilities: Matrix): void {
  if (labels.length === probabilities.nRows) return
  throw new LimbicError('SHAPE_MISMATCH', {
    what: 'true classes and probabilities',
    expected: `${probabilities.nRows} labels`,
    found: String(labels.length),
  })
}
