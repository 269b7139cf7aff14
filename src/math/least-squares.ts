/** Tall designs [n x p] -> orthonormal bases and least-squares fits; matrices are row-major, float64. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix, Matrix64 } from '../core/types.ts'

/** An orthonormal basis of a design's column space. */
export interface OrthonormalBasis {
  /** `[n x rank]`; its columns are orthonormal. */
  readonly q: Matrix64
  /** Design columns that the basis was built from, ascending; the others depend on earlier ones. */
  readonly kept: readonly number[]
  /** `[rank x rank]`, upper triangular: the kept design columns are `q r`. */
  readonly r: Matrix64
}

/** A least-squares fit. */
export interface LeastSquaresFit {
  /** `[p x m]`: one column per target; a column that depends on earlier ones gets 0. */
  readonly coefficients: Matrix64
  /** `[n x m]` */
  readonly residuals: Matrix64
  readonly rank: number
}

/**
 * An orthonormal basis of the columns of a design, earlier columns first.
 *
 * @param design - `[n x p]`, finite.
 * @param tolerance - A column is dropped when less than this fraction of its norm is left beside the earlier ones.
 * @returns The basis and the columns it came from; rank 0 for a design of zeros.
 * @throws {LimbicError} `VALUE_INVALID` when the design holds a value that is not finite.
 * @remarks Gram-Schmidt with one repetition, which is orthogonal to working precision (Giraud et al. 2005, Numer. Math. 101:87-100).
 *   O(n p^2).
 * @example
 * const kept = orthonormalBasis({ data: Float64Array.of(1, 2, 1, 2), nRows: 2, nCols: 2 }).kept // kept = [0]
 */
export function orthonormalBasis(design: Matrix, tolerance = 1e-10): OrthonormalBasis {
  const { nRows, nCols } = design
  const columns: Float64Array[] = []
  const factors: Float64Array[] = []
  const kept: number[] = []
  for (let j = 0; j < nCols && columns.length < nRows; j++) {
    const column = Float64Array.from({ length: nRows }, (_, i) => design.data[i * nCols + j]!)
    const factor = new Float64Array(columns.length + 1)
    const original = norm(column)
    if (!Number.isFinite(original)) throw notFinite(j)
    for (let pass = 0; pass < 2; pass++) removeProjections(column, columns, factor)
    const left = norm(column)
    if (!(left > tolerance * original)) continue
    factor[columns.length] = left
    columns.push(column.map((value) => value / left))
    factors.push(factor)
    kept.push(j)
  }
  return { q: fromColumns(columns, nRows), kept, r: fromColumns(factors, columns.length) }
}

/**
 * Least squares of every target column on a design.
 *
 * @param design - `[n x p]`, finite.
 * @param targets - `[n x m]`.
 * @returns Coefficients, residuals and rank. Without full rank the fit is still the best one; its coefficients are those of the kept
 *   columns.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the numbers of rows differ; `VALUE_INVALID` when the design is not finite.
 * @remarks O(n p (p + m)).
 */
export function solveLeastSquares(design: Matrix, targets: Matrix): LeastSquaresFit {
  if (design.nRows !== targets.nRows)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'the design and the targets of a least-squares fit',
      expected: `${design.nRows} rows of targets`,
      found: `${targets.nRows}`,
    })
  const { q, kept, r } = orthonormalBasis(design)
  const nTargets = targets.nCols
  const coefficients = new Float64Array(design.nCols * nTargets)
  const residuals = new Float64Array(targets.data.length)
  for (let c = 0; c < nTargets; c++) {
    const target = Float64Array.from(
      { length: targets.nRows },
      (_, i) => targets.data[i * nTargets + c]!,
    )
    const scores = projectOff(target, q)
    target.forEach((value, i) => (residuals[i * nTargets + c] = value))
    solveUpper(r, scores).forEach((value, k) => {
      coefficients[kept[k]! * nTargets + c] = value
    })
  }
  return {
    coefficients: { data: coefficients, nRows: design.nCols, nCols: nTargets },
    residuals: { data: residuals, nRows: targets.nRows, nCols: nTargets },
    rank: kept.length,
  }
}

function removeProjections(
  column: Float64Array,
  basis: readonly Float64Array[],
  factor: Float64Array,
): void {
  basis.forEach((direction, k) => {
    let along = 0
    for (let i = 0; i < column.length; i++) along += column[i]! * direction[i]!
    for (let i = 0; i < column.length; i++) column[i]! -= along * direction[i]!
    factor[k]! += along
  })
}

/** Takes the part inside the basis off the target, in place, and returns its coordinates. */
function projectOff(target: Float64Array, q: Matrix64): Float64Array {
  const scores = new Float64Array(q.nCols)
  for (let k = 0; k < q.nCols; k++) {
    for (let i = 0; i < q.nRows; i++) scores[k]! += q.data[i * q.nCols + k]! * target[i]!
    for (let i = 0; i < q.nRows; i++) target[i]! -= q.data[i * q.nCols + k]! * scores[k]!
  }
  return scores
}

function solveUpper(r: Matrix64, right: Float64Array): Float64Array {
  const solution = right.slice()
  for (let i = r.nCols - 1; i >= 0; i--) {
    for (let j = i + 1; j < r.nCols; j++) solution[i]! -= r.data[i * r.nCols + j]! * solution[j]!
    solution[i]! /= r.data[i * r.nCols + i]!
  }
  return solution
}

function fromColumns(columns: readonly Float64Array[], nRows: number): Matrix64 {
  const data = new Float64Array(nRows * columns.length)
  columns.forEach((column, j) =>
    column.forEach((value, i) => (data[i * columns.length + j] = value)),
  )
  return { data, nRows, nCols: columns.length }
}

function norm(column: Float64Array): number {
  // Scaled by the largest value, so that neither tiny nor huge columns under- or overflow.
  let largest = 0
  for (const value of column) {
    if (!Number.isFinite(value)) return NaN
    largest = Math.max(largest, Math.abs(value))
  }
  if (largest === 0) return 0
  let sum = 0
  for (const value of column) sum += (value / largest) ** 2
  return largest * Math.sqrt(sum)
}

function notFinite(column: number): LimbicError {
  return new LimbicError('VALUE_INVALID', {
    what: `column ${column + 1} of a design matrix`,
    expected: 'finite numbers',
    found: 'NaN or infinity',
  })
}
