/** A centred source and a centred target with matching rows -> the rotation between them, through matrices no larger than T x T when T <= V. */
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
import { polarFactor } from '../math/polar.ts'
import { svd } from '../math/svd.ts'

/** A source, centred and brought into its thin form once, however many targets follow: `centred = core spread'`. */
export interface PreparedSource {
  /** Column means, V values. */
  readonly mean: Float64Array
  /** `[T x r]` with r <= min(T, V): the centred source itself when T > V. */
  readonly core: Matrix64
  /** `[V x r]` with orthonormal columns; null for the identity. */
  readonly spread: Matrix64 | null
  /** Squared Frobenius norm of the centred source. */
  readonly squaredNorm: number
}

/** The rotation in the source's thin coordinates. */
export interface Rotation {
  /** `[r x Vc]`: the polar factor of core' target. */
  readonly right: Matrix64
  readonly rank: number
  /** Sum of the singular values of source' target. */
  readonly sum: number
}

/**
 * Centres a source and brings it into its thin form.
 *
 * @param source - `[T x V]`.
 * @returns The prepared source.
 * @throws {LimbicError} `VALUE_INVALID` for NaN or infinity.
 * @remarks O(T V min(T, V)).
 */
export function prepareSource(source: Matrix64): PreparedSource {
  const mean = columnMeans(source)
  const centred = subtractRow(source, mean)
  const squaredNorm = sumOfSquares(centred.data)
  if (source.nRows > source.nCols) return { mean, core: centred, spread: null, squaredNorm }
  const { left, right, values } = svd(centred)
  const core = transpose(left)
  for (let i = 0; i < core.data.length; i++) core.data[i]! *= values[i % core.nCols]!
  return { mean, core, spread: transpose(right), squaredNorm }
}

/**
 * The rotation of a prepared source onto a target.
 *
 * @param source - The prepared source, T rows.
 * @param target - `[T x Vc]`, centred.
 * @returns The polar factor of core' target, without the null space.
 * @throws {LimbicError} `VALUE_INVALID` for NaN or infinity.
 * @remarks The centred source turned onto the target is `core right`; the map for new rows is `spread right`.
 */
export function fitRotation({ core }: PreparedSource, target: Matrix64): Rotation {
  const { factor, rank, values } = polarFactor(multiply(core, target, { transA: true }))
  return { right: factor, rank, sum: values.reduce((total, value) => total + value, 0) }
}

/**
 * The centred source, turned onto a target: what `core right` of `fitRotation` would be, by the shortest way.
 *
 * @param source - The prepared source, T rows.
 * @param target - `[T x Vc]`, centred.
 * @returns `[T x Vc]` and the sum of the singular values.
 * @throws {LimbicError} `VALUE_INVALID` for NaN or infinity.
 * @remarks With a spread: core P = core E S^-1 E' core' target, where E and S^2 are the eigenvectors and eigenvalues of
 *   core' (target target') core, so only two products of size T x T x Vc are left. Working on squares halves the digits of small singular
 *   values; where that could be seen, the polar factor is formed instead.
 */
export function turnOnto(
  source: PreparedSource,
  target: Matrix64,
): { turned: Matrix64; sum: number } {
  const { core, spread } = source
  if (spread !== null && core.nCols > 0) {
    const targetGram = multiply(target, target, { transB: true })
    const { values, vectors } = eigh(multiply(core, multiply(targetGram, core), { transA: true }))
    const rank = countAbove(values, noise)
    if (rank > 0 && rank === countAbove(values, reliable)) {
      const kept = matrix(rank, vectors.nCols, vectors.data.subarray(0, rank * vectors.nCols))
      const turns = multiply(core, kept, { transB: true })
      const weighted = matrix(turns.nRows, rank)
      for (let i = 0, at = 0; i < turns.nRows; i++)
        for (let j = 0; j < rank; j++, at++)
          weighted.data[at] = turns.data[at]! / Math.sqrt(values[j]!)
      const within = multiply(weighted, turns, { transB: true })
      let sum = 0
      for (let i = 0; i < rank; i++) sum += Math.sqrt(values[i]!)
      return { turned: multiply(within, target), sum }
    }
  }
  const { right, sum } = fitRotation(source, target)
  return { turned: multiply(core, right), sum }
}

/**
 * The factor that brings a turned source to the size of its target.
 *
 * @param source - The prepared source.
 * @param sum - Sum of the singular values of source' target.
 * @returns sum / |source|^2, and 0 for a source without variance.
 * @throws Never.
 */
export function fitScale({ squaredNorm }: PreparedSource, sum: number): number {
  return squaredNorm === 0 ? 0 : sum / squaredNorm
}

/** Shares of the largest eigenvalue: below the first it is rounding noise, above the second it has digits enough for a polar factor. */
const noise = 1e-13
const reliable = 1e-8

function countAbove(values: Float64Array, share: number): number {
  return values.filter((value) => value > share * values[0]!).length
}
