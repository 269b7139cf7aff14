/** Class scores `[nSamples x nClasses]`, row-major -> calibrated probabilities through one temperature. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix, Matrix64, RunKey, State } from '../core/types.ts'

/** A fitted temperature; probabilities are softmax(scores / temperature). */
export interface TemperatureState extends State {
  readonly kind: 'temperature'
  readonly temperature: number
}

const coldest = 0.05
const hottest = 20
const goldenRatio = (Math.sqrt(5) - 1) / 2

/**
 * Finds the temperature at which the probabilities of held-out samples are most likely.
 *
 * @param logits - Scores of samples that the classifier was not fitted on `[nSamples x nClasses]`.
 * @param labels - True class per sample.
 * @param fittedOn - The runs that the samples come from.
 * @returns The state; temperature in 0.05..20, above 1 where the classifier was over-confident.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there is not one label per row, or no row at all.
 * @remarks Golden-section search over log T: the likelihood has one optimum, being convex in 1/T. 40 steps bring
 *   log T within 3e-8. A true class with score -Infinity (absent from training) is left out: no temperature can mend it.
 * @see Guo et al. (2017), On calibration of modern neural networks.
 */
export function fitTemperature(
  logits: Matrix,
  labels: ArrayLike<number>,
  fittedOn: readonly RunKey[] = [],
): TemperatureState {
  if (labels.length !== logits.nRows || labels.length === 0) {
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'scores and labels that a temperature is fitted on',
      expected: `one label for each of ${logits.nRows} samples, and at least one sample`,
      found: `${labels.length} labels`,
    })
  }
  let low = Math.log(coldest)
  let high = Math.log(hottest)
  const loss = (logT: number): number => negativeLogLikelihood(logits, labels, Math.exp(logT))
  let left = high - goldenRatio * (high - low)
  let right = low + goldenRatio * (high - low)
  let lossLeft = loss(left)
  let lossRight = loss(right)
  for (let step = 0; step < 40; step++) {
    if (lossLeft <= lossRight) {
      high = right
      right = left
      lossRight = lossLeft
      left = high - goldenRatio * (high - low)
      lossLeft = loss(left)
    } else {
      low = left
      left = right
      lossLeft = lossRight
      right = low + goldenRatio * (high - low)
      lossRight = loss(right)
    }
  }
  const best = (low + high) / 2
  // Where temperature makes no difference, as with all scores equal, it stays 1.
  const isBetter = loss(best) < loss(0) - 1e-12 * logits.nRows
  return {
    kind: 'temperature',
    temperature: isBetter ? Math.exp(best) : 1,
    fittedOn: [...fittedOn],
  }
}

/**
 * Turns scores into probabilities: softmax of scores / temperature.
 *
 * @param logits - Scores `[nSamples x nClasses]`; `-Infinity` gives probability 0.
 * @param temperature - Above 0; 1 is plain softmax.
 * @returns Probabilities `[nSamples x nClasses]`, rows summing to 1.
 * @throws Never.
 * @remarks The largest score of a row is subtracted first, so nothing overflows.
 */
export function applyTemperature(logits: Matrix, temperature: number): Matrix64 {
  const { data, nRows, nCols } = logits
  const probabilities = new Float64Array(nRows * nCols)
  for (let start = 0; start < nRows * nCols; start += nCols) {
    const largest = largestOf(data, start, nCols)
    let sum = 0
    for (let k = start; k < start + nCols; k++) {
      const value = Math.exp((data[k]! - largest) / temperature)
      probabilities[k] = value
      sum += value
    }
    for (let k = start; k < start + nCols; k++) probabilities[k]! /= sum
  }
  return { data: probabilities, nRows, nCols }
}

function negativeLogLikelihood(
  logits: Matrix,
  labels: ArrayLike<number>,
  temperature: number,
): number {
  const { data, nRows, nCols } = logits
  let total = 0
  for (let i = 0, start = 0; i < nRows; i++, start += nCols) {
    const ofTruth = data[start + labels[i]!]!
    if (ofTruth === -Infinity) continue
    const largest = largestOf(data, start, nCols)
    let sum = 0
    for (let k = start; k < start + nCols; k++) sum += Math.exp((data[k]! - largest) / temperature)
    total += Math.log(sum) - (ofTruth - largest) / temperature
  }
  return total
}

function largestOf(data: ArrayLike<number>, start: number, length: number): number {
  let largest = -Infinity
  for (let k = start; k < start + length; k++) largest = Math.max(largest, data[k]!)
  return largest
}
