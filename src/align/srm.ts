/** Subjects with matching rows `[T x V_s]` -> the response they share `[T x K]` and one orthonormal map per subject, by maximum likelihood. Row-major, in float64. */
import type { Matrix64 } from '../core/types.ts'
import { eigh } from '../math/eigh.ts'
import {
  columnMeans,
  matrix,
  multiply,
  subtractRow,
  sumOfSquares,
  transpose,
} from '../math/matrix.ts'
import { startMaps, updateMap, type SharedResponseOptions } from './shared-response.ts'

/** A fitted probabilistic shared response model: `subject = mean + shared map' + noise`. */
export interface Srm {
  /** `[T x K]`: expected value of the response, given the data of all subjects. */
  readonly shared: Matrix64
  /** `[V_s x K]` per subject, orthonormal columns. */
  readonly maps: readonly Matrix64[]
  /** Mean of each voxel, per subject. */
  readonly means: readonly Float64Array[]
  /** `[K x K]`: covariance of the features of the response. */
  readonly covariance: Matrix64
  /** Variance of one voxel's noise, per subject. */
  readonly noiseVariances: Float64Array
}

/**
 * Fits the shared response model by expectation maximisation.
 *
 * @param subjects - At least two `[T x V_s]`, rows matching across subjects.
 * @param options - Number of features, iterations, and starting maps or a stream of random numbers.
 * @returns The response, maps and variances, as plain data.
 * @throws {LimbicError} `TOO_FEW_SUBJECTS`; `SHAPE_MISMATCH` when rows or starting maps do not fit; `VALUE_INVALID` for NaN, infinity, or
 *   more features than rows or voxels.
 * @remarks O(iterations S (T V K + K^2 V)) time; nothing larger than a subject's data is formed. Chen et al. (2015), NeurIPS 28:460-468;
 *   equals BrainIAK's SRM from the same starting maps, its noise variance from the squares of the data as given included, which for data
 *   whose voxels are not centred contain the squared means.
 */
export function fitSrm(subjects: readonly Matrix64[], options: SharedResponseOptions): Srm {
  const { nFeatures, iterations = 10 } = options
  let maps = startMaps(subjects, options)
  const means = subjects.map(columnMeans)
  const centred = subjects.map((subject, s) => subtractRow(subject, means[s]!))
  const sizes = subjects.map(({ data }) => sumOfSquares(data))
  const noiseVariances = new Float64Array(subjects.length).fill(1)
  let covariance = identity(nFeatures)
  let shared = matrix(0, nFeatures)
  for (let pass = 0; pass < iterations; pass++) {
    const posterior = posteriorCovariance(covariance, noiseVariances)
    shared = multiply(weighVotes(centred, maps, noiseVariances), posterior)
    covariance = addMeanSquares(posterior, shared)
    const power = shared.nRows * trace(covariance)
    maps = centred.map((subject, s) => {
      const { map, product } = updateMap(shared, subject)
      const explained = dot(map.data, product.data)
      noiseVariances[s] = (sizes[s]! - 2 * explained + power) / subject.data.length
      return map
    })
  }
  return { shared, maps: maps.map(transpose), means, covariance, noiseVariances }
}

/** (covariance^-1 + sum of 1 / noise)^-1, by eigenvalues, so that a covariance without full rank does no harm. */
function posteriorCovariance(covariance: Matrix64, noiseVariances: Float64Array): Matrix64 {
  const precision = noiseVariances.reduce((sum, variance) => sum + 1 / variance, 0)
  const { values, vectors } = eigh(covariance)
  const weighted = matrix(vectors.nRows, vectors.nCols)
  for (let i = 0, at = 0; i < vectors.nRows; i++) {
    const variance = Math.max(0, values[i]!)
    for (let j = 0; j < vectors.nCols; j++, at++)
      weighted.data[at] = (vectors.data[at]! * variance) / (1 + precision * variance)
  }
  return multiply(vectors, weighted, { transA: true })
}

/** `[T x K]`: what each subject says of the response, weighted by how little noise it has. */
function weighVotes(
  subjects: readonly Matrix64[],
  maps: readonly Matrix64[],
  noiseVariances: Float64Array,
): Matrix64 {
  const total = matrix(subjects[0]!.nRows, maps[0]!.nRows)
  subjects.forEach((subject, s) => {
    const vote = multiply(subject, maps[s]!, { transB: true }).data
    for (let i = 0; i < vote.length; i++) total.data[i]! += vote[i]! / noiseVariances[s]!
  })
  return total
}

/** The posterior covariance plus shared' shared / T. */
function addMeanSquares(posterior: Matrix64, shared: Matrix64): Matrix64 {
  const { data, nRows, nCols } = multiply(shared, shared, { transA: true })
  return matrix(
    nRows,
    nCols,
    data.map((value, i) => posterior.data[i]! + value / shared.nRows),
  )
}

function identity(n: number): Matrix64 {
  const result = matrix(n, n)
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1
  return result
}

function trace({ data, nRows, nCols }: Matrix64): number {
  let sum = 0
  for (let i = 0; i < nRows; i++) sum += data[i * nCols + i]!
  return sum
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
