/** Solves (ridge I + scale X'X) W = B for samples X `[nSamples x nFeatures]`, through whichever of X'X and XX' is smaller; row-major float64. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import { factorCholesky, solveCholesky } from './cholesky.ts'

/** Solves for right-hand sides `[d x nColumns]`, which it leaves unchanged. */
export type PenalisedSolver = (b: Float64Array, nColumns: number) => Float64Array

/**
 * Solves a penalised normal equation.
 *
 * @param x - Samples `[n x d]`, already centred as the model wants them.
 * @param ridge - Multiple of the identity, above 0.
 * @param scale - Multiple of X'X, 0 or more.
 * @param b - Right-hand sides `[d x nColumns]`; not changed.
 * @param nColumns - Number of right-hand sides.
 * @returns W `[d x nColumns]`.
 * @throws {LimbicError} `TRAIN_SINGULAR` when the matrix is not positive definite.
 * @remarks O(n d min(n, d) + min(n, d)^3).
 */
export function solvePenalised(
  x: Matrix64,
  ridge: number,
  scale: number,
  b: Float64Array,
  nColumns: number,
): Float64Array {
  return createPenalisedSolver(x, ridge, scale)(b, nColumns)
}

/**
 * Factors ridge I + scale X'X once, for many right-hand sides.
 *
 * @param x - Samples `[n x d]`.
 * @param ridge - Multiple of the identity, above 0.
 * @param scale - Multiple of X'X, 0 or more.
 * @returns The solver.
 * @throws {LimbicError} `TRAIN_SINGULAR` when the matrix is not positive definite.
 * @remarks O(n d min(n, d) + min(n, d)^3) time, O(min(n, d)^2) memory. With n < d the matrix inversion lemma is used:
 *   (r I + s X'X)^-1 B = (B - s X'(r I + s XX')^-1 X B) / r.
 */
export function createPenalisedSolver(x: Matrix64, ridge: number, scale: number): PenalisedSolver {
  const { data, nRows: n, nCols: d } = x
  const isPrimal = n >= d
  const order = isPrimal ? d : n
  const gram = new Float64Array(order * order)
  gemm(order, order, isPrimal ? n : d, data, data, gram, { transA: isPrimal, transB: !isPrimal })
  const solveSmall = createGramSolver(gram, order, ridge, scale)
  if (isPrimal) return solveSmall
  return (b, nColumns) => {
    const projected = new Float64Array(n * nColumns)
    gemm(n, nColumns, d, data, b, projected)
    const back = new Float64Array(d * nColumns)
    gemm(d, nColumns, n, data, solveSmall(projected, nColumns), back, { transA: true })
    return back.map((value, i) => (b[i]! - scale * value) / ridge)
  }
}

/**
 * Factors ridge I + scale G for a Gram matrix that is at hand.
 *
 * @param gram - Symmetric matrix `[d x d]`; overwritten.
 * @param d - Order.
 * @param ridge - Multiple of the identity.
 * @param scale - Multiple of G.
 * @returns The solver.
 * @throws {LimbicError} `TRAIN_SINGULAR` when the matrix is not positive definite.
 * @remarks d^3/3 multiply-adds, then 2 d^2 for each right-hand side.
 */
export function createGramSolver(
  gram: Float64Array,
  d: number,
  ridge: number,
  scale: number,
): PenalisedSolver {
  if (scale !== 1) for (let i = 0; i < gram.length; i++) gram[i]! *= scale
  for (let i = 0; i < d; i++) gram[i * d + i]! += ridge
  if (!factorCholesky(gram, d)) throw new LimbicError('TRAIN_SINGULAR', { order: d, ridge })
  return (b, nColumns) => {
    const solution = Float64Array.from(b)
    solveCholesky(gram, d, solution, nColumns)
    return solution
  }
}
