/** Scores that are linear in some weights -> these weights after a few steps down the cross-entropy, and the loss before each; row-major float64. */
import type { Matrix64 } from '../../core/types.ts'

/** Samples, taken apart into what the weights are multiplied by and what is added. */
export interface LinearProblem {
  /** `[nSamples x nInputs]`. */
  readonly inputs: Matrix64
  /** `[nSamples x nClasses]`. */
  readonly rest: Matrix64
  /** Class of every sample. */
  readonly labels: Int32Array
  /** Scores are divided by it before the softmax. */
  readonly temperature: number
}

/**
 * Steps down the cross-entropy with Adam, all samples in every step and every class with the same weight, whatever its number of samples.
 *
 * @param problem - What is learnt.
 * @param start - `[nInputs x nClasses]`.
 * @param learningRate - About the change of a weight in one step.
 * @param onEpoch - Given the weights before each step and after the last one, with the number of steps so far; not to be kept.
 * @param nEpochs - Steps.
 * @returns The weights after the last step.
 * @throws Never.
 * @remarks Nothing is drawn at random. O(nEpochs x nSamples x nInputs x nClasses).
 * @see Kingma and Ba (2015), Adam.
 */
export function descend(
  problem: LinearProblem,
  start: Float64Array,
  learningRate: number,
  nEpochs: number,
  onEpoch: (weights: Float64Array, epoch: number) => void = () => undefined,
): Float64Array {
  const weights = start.slice()
  const [first, second] = [new Float64Array(start.length), new Float64Array(start.length)]
  onEpoch(weights, 0)
  for (let epoch = 1; epoch <= nEpochs; epoch++) {
    const gradient = gradientOf(problem, weights)
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i]!
      first[i] = beta1 * first[i]! + (1 - beta1) * g
      second[i] = beta2 * second[i]! + (1 - beta2) * g * g
      const mean = first[i]! / (1 - beta1 ** epoch)
      const spread = Math.sqrt(second[i]! / (1 - beta2 ** epoch))
      weights[i]! -= (learningRate * mean) / (spread + epsilon)
    }
    onEpoch(weights, epoch)
  }
  return weights
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8]

/**
 * The cross-entropy, every class with the same weight.
 *
 * @param problem - Samples.
 * @param weights - `[nInputs x nClasses]`.
 * @returns Nats per sample; NaN without samples.
 * @throws Never.
 */
export function lossOf(problem: LinearProblem, weights: Float64Array): number {
  const { labels, rest } = problem
  const share = sharePerClass(labels, rest.nCols)
  let loss = 0
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!
    loss -= share[label]! * logProbabilities(problem, weights, row)[label]!
  }
  return labels.length === 0 ? NaN : loss
}

function gradientOf(problem: LinearProblem, weights: Float64Array): Float64Array {
  const { inputs, rest, labels, temperature } = problem
  const { nCols: nClasses } = rest
  const gradient = new Float64Array(weights.length)
  const share = sharePerClass(labels, nClasses)
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!
    const logs = logProbabilities(problem, weights, row)
    for (let c = 0; c < nClasses; c++) {
      const error = (Math.exp(logs[c]!) - (c === label ? 1 : 0)) * (share[label]! / temperature)
      for (let i = 0; i < inputs.nCols; i++)
        gradient[i * nClasses + c]! += error * inputs.data[row * inputs.nCols + i]!
    }
  }
  return gradient
}

/** Of the loss, per sample; the samples of a class have the same in sum as those of any other. */
function sharePerClass(labels: Int32Array, nClasses: number): number[] {
  const counts = Array.from({ length: nClasses }, () => 0)
  for (const label of labels) counts[label]! += 1
  const nPresent = counts.filter((count) => count > 0).length
  return counts.map((count) => (count === 0 ? 0 : 1 / (nPresent * count)))
}

function logProbabilities(
  { inputs, rest, temperature }: LinearProblem,
  weights: Float64Array,
  row: number,
): number[] {
  const nClasses = rest.nCols
  const scores: number[] = []
  for (let c = 0; c < nClasses; c++) {
    let score = rest.data[row * nClasses + c]!
    for (let i = 0; i < inputs.nCols; i++)
      score += inputs.data[row * inputs.nCols + i]! * weights[i * nClasses + c]!
    scores.push(score / temperature)
  }
  const highest = Math.max(...scores)
  const sum = scores.reduce((total, score) => total + Math.exp(score - highest), 0)
  return scores.map((score) => score - highest - Math.log(sum))
}
