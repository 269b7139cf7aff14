/** True parameters of a subject and its task runs -> how well the best possible classifier of single volumes does: the ceiling of every decoder. */
import type { Matrix64 } from '../core/types.ts'
import type { Brain } from './brain.ts'
import { factorCovariance, solveFactored } from './covariance.ts'
import type { SimulateOptions } from './options.ts'

/** What an oracle knows of a subject's noise and responses. */
export interface Oracle {
  /** One row per condition: voxel weights whose product with a volume is all that the volume says about that condition. */
  readonly weights: Matrix64
  /** `[nConditions x nConditions]`: what the weights give for each condition's noise-free response. */
  readonly gram: Matrix64
}

/** Labelled volumes of one subject as the oracle sees them. */
export interface OracleVolumes {
  /** Evidence for each condition, `[nVolumes x nConditions]`. */
  readonly evidence: Matrix64
  /** How active each condition was, `[nVolumes x nConditions]`. */
  readonly activity: Matrix64
  /** Class per volume; -1 for volumes in transition, which are not scored. */
  readonly labels: Int32Array
}

/** Scores of the oracle on one subject. */
export interface OracleScore {
  /** Share of volumes that are right, with the classes' frequencies as priors. */
  readonly accuracy: number
  /** Mean over classes of the share that is right, with equal priors. */
  readonly balancedAccuracy: number
  readonly nVolumes: number
}

/**
 * Builds the Bayes classifier of one subject from the truth: topography, condition patterns and the covariance of all noise.
 *
 * @param brain - The brain, for the positions of the responding voxels.
 * @param topography - `[nRegionVoxels x nDims]`.
 * @param patterns - Latent response per condition, `[nConditions x nDims]`.
 * @param options - SDs and smoothness of the noise.
 * @returns The classifier.
 * @throws Never.
 * @remarks Covariance of one volume = white + smooth + latent noise seen through the topography. AR(1) noise is scaled to unit variance,
 *   so its stationary covariance is that of its innovations. O(nRegionVoxels^3).
 */
export function createOracle(
  brain: Brain,
  topography: Matrix64,
  patterns: Matrix64,
  options: SimulateOptions,
): Oracle {
  const factor = factorCovariance(brain, topography, options)
  const nVoxels = topography.nRows
  const nConditions = patterns.nRows
  const responses = new Float64Array(nConditions * nVoxels)
  const weights = new Float64Array(nConditions * nVoxels)
  for (let condition = 0; condition < nConditions; condition++) {
    const response = responses.subarray(condition * nVoxels, (condition + 1) * nVoxels)
    for (let voxel = 0; voxel < nVoxels; voxel++)
      for (let dim = 0; dim < patterns.nCols; dim++)
        response[voxel]! +=
          topography.data[voxel * patterns.nCols + dim]! *
          patterns.data[condition * patterns.nCols + dim]!
    weights.set(solveFactored(factor, response), condition * nVoxels)
  }
  const weightMatrix = { data: weights, nRows: nConditions, nCols: nVoxels }
  const responseMatrix = { data: responses, nRows: nConditions, nCols: nVoxels }
  return { weights: weightMatrix, gram: timesTransposed(responseMatrix, weightMatrix) }
}

/**
 * The evidence that volumes hold for each condition.
 *
 * @param oracle - The classifier.
 * @param regionByTime - `[nVolumes x nRegionVoxels]`, baseline and drift removed.
 * @returns `[nVolumes x nConditions]`.
 * @throws Never.
 */
export function oracleEvidence(oracle: Oracle, regionByTime: Matrix64): Matrix64 {
  return timesTransposed(regionByTime, oracle.weights)
}

/**
 * Scores the Bayes classifier: it knows the design, so a class is the mixture of the responses that its labelled volumes have.
 *
 * @param oracle - The classifier.
 * @param volumes - Evidence, activity and labels of all task runs of one subject.
 * @param nClasses - Classes, conditions first and rest last.
 * @returns Accuracy with true priors, balanced accuracy with equal priors.
 * @throws Never.
 */
export function scoreOracle(oracle: Oracle, volumes: OracleVolumes, nClasses: number): OracleScore {
  const logLikelihood = (volume: number, member: number): number =>
    responseLogLikelihood(oracle, volumes, volume, member)
  return scoreMixtures(logLikelihood, volumes.labels, nClasses)
}

/**
 * Scores a classifier for which a class is the mixture of what each of its labelled volumes was made of.
 *
 * @param logLikelihood - Log-likelihood of one volume if it were made as another one was; terms that all volumes share may be left out.
 * @param labels - Class per volume; -1 for volumes in transition, which are not scored.
 * @param nClasses - Number of classes.
 * @returns Accuracy with true priors, balanced accuracy with equal priors.
 * @throws Never.
 */
export function scoreMixtures(
  logLikelihood: (volume: number, member: number) => number,
  labels: Int32Array,
  nClasses: number,
): OracleScore {
  const members: number[][] = Array.from({ length: nClasses }, () => [])
  labels.forEach((label, volume) => {
    if (label >= 0) members[label]!.push(volume)
  })
  const present = members.filter((volumesOfClass) => volumesOfClass.length > 0)
  const nVolumes = present.reduce((sum, volumesOfClass) => sum + volumesOfClass.length, 0)
  let right = 0
  let recalls = 0
  present.forEach((own, truth) => {
    let rightEqual = 0
    for (const volume of own) {
      const likelihoods = present.map((others) =>
        logOfMean(others.map((member) => logLikelihood(volume, member))),
      )
      const posteriors = likelihoods.map((value, c) => value + Math.log(present[c]!.length))
      if (indexOfMax(posteriors) === truth) right++
      if (indexOfMax(likelihoods) === truth) rightEqual++
    }
    recalls += rightEqual / own.length
  })
  return { accuracy: right / nVolumes, balancedAccuracy: recalls / present.length, nVolumes }
}

/** Log-likelihood of one volume's evidence under the noise-free response of another volume. */
function responseLogLikelihood(
  oracle: Oracle,
  { evidence, activity }: OracleVolumes,
  volume: number,
  member: number,
): number {
  const n = evidence.nCols
  let term = 0
  for (let a = 0; a < n; a++) {
    const active = activity.data[member * n + a]!
    term += active * evidence.data[volume * n + a]!
    for (let b = 0; b < n; b++)
      term -= (active * oracle.gram.data[a * n + b]! * activity.data[member * n + b]!) / 2
  }
  return term
}

function logOfMean(terms: readonly number[]): number {
  const greatest = Math.max(...terms)
  const sum = terms.reduce((total, term) => total + Math.exp(term - greatest), 0)
  return greatest + Math.log(sum / terms.length)
}

function timesTransposed(a: Matrix64, b: Matrix64): Matrix64 {
  const data = new Float64Array(a.nRows * b.nRows)
  for (let i = 0; i < a.nRows; i++)
    for (let j = 0; j < b.nRows; j++) {
      let sum = 0
      for (let k = 0; k < a.nCols; k++) sum += a.data[i * a.nCols + k]! * b.data[j * b.nCols + k]!
      data[i * b.nRows + j] = sum
    }
  return { data, nRows: a.nRows, nCols: b.nRows }
}

function indexOfMax(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}
