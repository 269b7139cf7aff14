/** True covariances of a subject's noise and textures -> how well the best classifier of single volumes tells textures apart. */
import type { Matrix64 } from '../core/types.ts'
import { eigh } from '../math/eigh.ts'
import type { Brain } from './brain.ts'
import { factorCovariance, fieldCovariance, solveLower } from './covariance.ts'
import type { SimulateOptions } from './options.ts'
import { scoreMixtures, type OracleScore, type OracleVolumes } from './oracle.ts'
import { textureSd } from './texture.ts'

/** What the oracle knows: axes along which the noise is white and each condition's field has a variance of its own. */
export interface TextureOracle {
  /** Per condition, `[nRegionVoxels x nRegionVoxels]`: row i gives coordinate i of a volume. */
  readonly axes: readonly Matrix64[]
  /** Per condition: the variance of its field along each axis at full activity, in units of the noise along it. */
  readonly variances: readonly Float64Array[]
}

/**
 * Builds the Bayes classifier of one subject's textures from the truth.
 *
 * @param brain - The brain, for the positions of the responding voxels.
 * @param topography - `[nRegionVoxels x nDims]`, through which the latent noise is seen.
 * @param options - SDs and smoothness of noise and textures.
 * @returns The classifier.
 * @throws Never.
 * @remarks Noise covariance = L L'; the field's is whitened by L and diagonalised, so that the likelihood of a volume under any activity is a
 *   sum over axes. O(nRegionVoxels^3).
 */
export function createTextureOracle(
  brain: Brain,
  topography: Matrix64,
  options: SimulateOptions,
): TextureOracle {
  const n = brain.region.length
  const factor = factorCovariance(brain, topography, options)
  const variance = textureSd(options) ** 2
  const axes: Matrix64[] = []
  const variances: Float64Array[] = []
  for (const sigma of options.textureSigmaVoxels) {
    const half = solveRows(factor, fieldCovariance(brain, sigma), n)
    const { values, vectors } = eigh({
      data: solveRows(factor, transposed(half, n), n),
      nRows: n,
      nCols: n,
    })
    variances.push(values.map((value) => variance * Math.max(0, value)))
    axes.push({ data: solveUpperRows(factor, vectors.data, n), nRows: n, nCols: n })
  }
  return { axes, variances }
}

/**
 * The evidence that volumes hold: the squares of their coordinates, condition by condition.
 *
 * @param oracle - The classifier.
 * @param regionByTime - `[nVolumes x nRegionVoxels]`, baseline and drift removed.
 * @returns `[nVolumes x (nConditions nRegionVoxels)]`.
 * @throws Never.
 */
export function textureEvidence({ axes }: TextureOracle, regionByTime: Matrix64): Matrix64 {
  const n = regionByTime.nCols
  const nCols = axes.length * n
  const data = new Float64Array(regionByTime.nRows * nCols)
  for (let volume = 0; volume < regionByTime.nRows; volume++)
    axes.forEach((matrix, condition) => {
      for (let i = 0; i < n; i++) {
        let sum = 0
        for (let v = 0; v < n; v++)
          sum += matrix.data[i * n + v]! * regionByTime.data[volume * n + v]!
        data[volume * nCols + condition * n + i] = sum * sum
      }
    })
  return { data, nRows: regionByTime.nRows, nCols }
}

/**
 * Scores the classifier: it knows the design, so a class is the mixture of the textures that its labelled volumes have.
 *
 * @param oracle - The classifier.
 * @param volumes - Evidence, activity and labels of all task runs of one subject.
 * @param nClasses - Classes, conditions first and rest last.
 * @returns Accuracy with true priors, balanced accuracy with equal priors.
 * @throws Never.
 * @remarks Of two conditions that are active at once only the stronger one counts; with rest between blocks the other is an undershoot
 *   of a tenth or less, whose field has a hundredth of the variance.
 */
export function scoreTextureOracle(
  { variances }: TextureOracle,
  { evidence, activity, labels }: OracleVolumes,
  nClasses: number,
): OracleScore {
  const n = variances[0]!.length
  const models = Array.from(labels, (_, member) => {
    const own = activity.data.subarray(member * activity.nCols, (member + 1) * activity.nCols)
    const condition = own.reduce((best, a, c) => (Math.abs(a) > Math.abs(own[best]!) ? c : best), 0)
    const total = variances[condition]!.map((value) => 1 + own[condition]! ** 2 * value)
    return {
      offset: condition * n,
      // What the field makes of a square: 1 / 1 - 1 / total. Noise alone is the yardstick, the same along the axes of any condition.
      gains: total.map((value) => 1 - 1 / value),
      logDeterminant: total.reduce((sum, value) => sum + Math.log(value), 0),
    }
  })
  const logLikelihood = (volume: number, member: number): number => {
    const { offset, gains, logDeterminant } = models[member]!
    let sum = -logDeterminant
    for (let i = 0; i < n; i++)
      sum += evidence.data[volume * evidence.nCols + offset + i]! * gains[i]!
    return sum / 2
  }
  return scoreMixtures(logLikelihood, labels, nClasses)
}

/** Solves `L x = row` for every row of a matrix. */
function solveRows(factor: Float64Array, matrix: Float64Array, n: number): Float64Array {
  const solved = new Float64Array(matrix.length)
  for (let i = 0; i < n; i++)
    solved.set(solveLower(factor, matrix.subarray(i * n, (i + 1) * n)), i * n)
  return solved
}

/** Solves `L' x = row` for every row, so that the row's product with a whitened volume is x's product with the volume itself. */
function solveUpperRows(factor: Float64Array, matrix: Float64Array, n: number): Float64Array {
  const solved = matrix.slice()
  for (let row = 0; row < n; row++) {
    const x = solved.subarray(row * n, (row + 1) * n)
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!
      x[i]! /= factor[i * n + i]!
    }
  }
  return solved
}

function transposed(matrix: Float64Array, n: number): Float64Array {
  return matrix.map((_, at) => matrix[(at % n) * n + Math.floor(at / n)]!)
}
