/** What the two shared response models have in common: checked inputs `[T x V_s]`, starting maps, and the map that fits a response best. Maps are `[K x V_s]` while fitting. */
import { LimbicError } from '../core/errors/index.ts'
import type { Rng } from '../core/rng.ts'
import type { Matrix64 } from '../core/types.ts'
import { matrix, multiply, transpose } from '../math/matrix.ts'
import { polarFactor } from '../math/polar.ts'
import { assertMatchingRows } from './matching-rows.ts'

/** Settings of a shared response model. */
export type SharedResponseOptions = {
  /** K, how many features the subjects share. */
  readonly nFeatures: number
  /** Default 10. */
  readonly iterations?: number
} & (
  | {
      /** Random starting maps are drawn from this stream. */
      readonly rng: Rng
    }
  | {
      /** `[V_s x K]` per subject, with orthonormal columns. */
      readonly initialMaps: readonly Matrix64[]
    }
)

/** BrainIAK adds this to the diagonal before a polar factor, which settles directions that the data leave open. */
const nudge = 0.001

/**
 * Checks subjects and settings, and gives the maps that fitting starts from.
 *
 * @param subjects - `[T x V_s]` each, rows matching across subjects.
 * @param options - Number of features, and starting maps or a stream of random numbers.
 * @returns `[K x V_s]` per subject, orthonormal rows.
 * @throws {LimbicError} `TOO_FEW_SUBJECTS` with fewer than two; `SHAPE_MISMATCH` when rows or starting maps do not fit; `VALUE_INVALID` for
 *   NaN, infinity, or a number of features or iterations that is not possible.
 * @remarks Random maps are drawn uniformly from all orthonormal ones, those of a subject independently of the other subjects.
 */
export function startMaps(
  subjects: readonly Matrix64[],
  options: SharedResponseOptions,
): readonly Matrix64[] {
  assertFittable(subjects, options)
  const { nFeatures } = options
  return subjects.map(({ nCols }, s) => {
    if ('rng' in options) {
      const rng = options.rng.fork(`subject ${s}`)
      const draws = Float64Array.from({ length: nFeatures * nCols }, () => rng.normal())
      return polarFactor(matrix(nFeatures, nCols, draws)).factor
    }
    const given = options.initialMaps[s]
    if (given?.nRows === nCols && given.nCols === nFeatures) return transpose(given)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: `the voxels of subject ${s} and the map it starts from`,
      expected: `${nCols} x ${nFeatures}`,
      found: given === undefined ? 'no map' : `${given.nRows} x ${given.nCols}`,
    })
  })
}

/**
 * The map with orthonormal rows that brings a response nearest to a subject's data.
 *
 * @param shared - `[T x K]`, the response.
 * @param subject - `[T x V]`.
 * @returns The map `[K x V]`, and what it is the polar factor of: shared' subject, before the nudge.
 * @throws {LimbicError} `VALUE_INVALID` for NaN or infinity.
 * @remarks O(T V K + K^2 V): thin matrices only.
 */
export function updateMap(
  shared: Matrix64,
  subject: Matrix64,
): { map: Matrix64; product: Matrix64 } {
  const product = multiply(shared, subject, { transA: true })
  const nudged = matrix(product.nRows, product.nCols, product.data.slice())
  for (let k = 0; k < product.nRows; k++) nudged.data[k * product.nCols + k]! += nudge
  return { map: polarFactor(nudged).factor, product }
}

function assertFittable(
  subjects: readonly Matrix64[],
  { nFeatures, iterations = 10 }: SharedResponseOptions,
): void {
  assertMatchingRows(subjects, 'find a response that they share')
  const { nRows } = subjects[0]!
  const largest = Math.min(nRows, ...subjects.map(({ nCols }) => nCols))
  if (!(Number.isInteger(nFeatures) && nFeatures >= 1 && nFeatures <= largest))
    throw new LimbicError('VALUE_INVALID', {
      what: 'the number of shared features (align.components)',
      expected: `a whole number in 1..${largest}, at most one per calibration row and per voxel`,
      found: `${nFeatures}`,
    })
  if (!(Number.isInteger(iterations) && iterations >= 1))
    throw new LimbicError('VALUE_INVALID', {
      what: 'the iterations of a shared response model',
      expected: 'a whole number of at least 1',
      found: `${iterations}`,
    })
  subjects.forEach(({ data, nCols }, s) => {
    const bad = data.findIndex((value) => !Number.isFinite(value))
    if (bad < 0) return
    throw new LimbicError('VALUE_INVALID', {
      what: `the data of subject ${s}`,
      expected: 'finite numbers',
      found: `${data[bad]} in row ${Math.floor(bad / nCols)}, voxel ${bad % nCols}`,
    })
  })
}
