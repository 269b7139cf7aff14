/** Design rows and volumes as they come -> the least-squares fit of every voxel on all of them, without keeping any; volumes are [nVoxels]. */
import { LimbicError } from '../../core/errors/index.ts'

/** A triangular factor of the design so far, shared by all voxels, and what it leaves of each voxel. The arrays change with every volume. */
export interface RecursiveFit {
  readonly nTerms: number
  readonly nVoxels: number
  nVolumes: number
  /** `[nTerms x nTerms]`, upper triangular. */
  readonly r: Float64Array
  /** `[nTerms x nVoxels]`: the voxels in the coordinates of `r`. */
  readonly z: Float64Array
  /** Sum of squared residuals on all terms, per voxel. */
  readonly rest: Float64Array
  /** Sum of squares of each design column. */
  readonly columnSquares: Float64Array
}

/** A term counts as dependent on earlier ones when less than this share of its length is left beside them. */
const tolerance = 1e-10

/**
 * The fit of no volume yet.
 *
 * @param nTerms - Columns of the design.
 * @param nVoxels - Voxels per volume.
 * @returns A fit to be passed to `addToFit`.
 * @throws Never.
 * @example
 * const nSeen = createRecursiveFit(2, 5).nVolumes // nSeen = 0
 */
export function createRecursiveFit(nTerms: number, nVoxels: number): RecursiveFit {
  return {
    nTerms,
    nVoxels,
    nVolumes: 0,
    r: new Float64Array(nTerms * nTerms),
    z: new Float64Array(nTerms * nVoxels),
    rest: new Float64Array(nVoxels),
    columnSquares: new Float64Array(nTerms),
  }
}

/**
 * Takes one more volume into the fit.
 *
 * @param fit - Of the volumes before it; updated in place.
 * @param row - `[nTerms]`, the volume's row of the design, finite.
 * @param volume - `[nVoxels]`, finite, float64; used up.
 * @returns Nothing.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the row or the volume has another length; `VALUE_INVALID` when the row is not finite.
 * @remarks Givens rotations (Gentleman 1973, J. Inst. Math. Appl. 12:329-336): as stable as an orthogonal factorisation of the whole design, because it is
 *   one. O(nTerms * nVoxels).
 */
export function addToFit(fit: RecursiveFit, row: Float64Array, volume: Float64Array): void {
  const { nTerms, nVoxels, r, z, rest, columnSquares } = fit
  if (row.length !== nTerms || volume.length !== nVoxels)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a volume, its row of the design and the fit so far',
      expected: `${nTerms} terms and ${nVoxels} voxels`,
      found: `${row.length} and ${volume.length}`,
    })
  if (!row.every(Number.isFinite))
    throw new LimbicError('VALUE_INVALID', {
      what: 'a row of the design of a running fit',
      expected: 'finite numbers',
      found: `[${row.join(', ')}]`,
    })
  const left = row.slice()
  fit.nVolumes += 1
  for (let j = 0; j < nTerms; j++) columnSquares[j]! += row[j]! * row[j]!
  for (let j = 0; j < nTerms; j++) {
    const pivot = r[j * nTerms + j]!
    const x = left[j]!
    // Rounding noise of a dependent term must not become a direction of its own.
    if (x === 0 || (pivot === 0 && Math.abs(x) <= tolerance * Math.sqrt(columnSquares[j]!)))
      continue
    const length = Math.hypot(pivot, x)
    const [c, s] = [pivot / length, x / length]
    for (let k = j; k < nTerms; k++) {
      const above = r[j * nTerms + k]!
      r[j * nTerms + k] = c * above + s * left[k]!
      left[k] = c * left[k]! - s * above
    }
    const scores = z.subarray(j * nVoxels, (j + 1) * nVoxels)
    for (let v = 0; v < nVoxels; v++) {
      const [above, y] = [scores[v]!, volume[v]!]
      scores[v] = c * above + s * y
      volume[v] = c * y - s * above
    }
  }
  for (let v = 0; v < nVoxels; v++) rest[v]! += volume[v]! * volume[v]!
}

/**
 * What the first terms of the fit predict for a row of the design.
 *
 * @param fit - At least one volume.
 * @param row - `[nTerms]`.
 * @param nFirst - How many of the terms to use: the fit on the first few is contained in that on all.
 * @returns `[nVoxels]`: the fitted values, those of a least-squares fit on the first terms alone. A term that depends on earlier ones takes no part.
 * @throws Never.
 * @remarks O(nFirst * nVoxels).
 */
export function predictFit(fit: RecursiveFit, row: Float64Array, nFirst: number): Float64Array {
  const { nTerms, nVoxels, r, z } = fit
  const predicted = new Float64Array(nVoxels)
  const weights = new Float64Array(nFirst)
  for (let j = 0; j < nFirst; j++) {
    let sum = row[j]!
    for (let k = 0; k < j; k++) sum -= r[k * nTerms + j]! * weights[k]!
    const pivot = r[j * nTerms + j]!
    weights[j] = pivot === 0 ? 0 : sum / pivot
    const weight = weights[j]!
    if (weight === 0) continue
    const scores = z.subarray(j * nVoxels, (j + 1) * nVoxels)
    for (let v = 0; v < nVoxels; v++) predicted[v]! += weight * scores[v]!
  }
  return predicted
}

/**
 * Sum of squared residuals of the fit on the first terms.
 *
 * @param fit - The fit.
 * @param nFirst - How many of the terms to use.
 * @returns `[nVoxels]`.
 * @throws Never.
 */
export function residualSquares(fit: RecursiveFit, nFirst: number): Float64Array {
  const { nTerms, nVoxels, z, rest } = fit
  const squares = rest.slice()
  for (let i = nFirst * nVoxels; i < nTerms * nVoxels; i++) squares[i % nVoxels]! += z[i]! * z[i]!
  return squares
}

/**
 * How many of the first terms can be told apart by the volumes so far.
 *
 * @param fit - The fit.
 * @param nFirst - How many of the terms to look at.
 * @returns The rank of that part of the design.
 * @throws Never.
 */
export function fitRank({ nTerms, r }: RecursiveFit, nFirst: number): number {
  let rank = 0
  for (let j = 0; j < nFirst; j++) if (r[j * nTerms + j] !== 0) rank += 1
  return rank
}
