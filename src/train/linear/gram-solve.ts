/** Solves (ridge I + scale X'X) W = B for samples X `[nSamples x nFeatures]`, through whichever of X'X and XX' is smaller; row-major float64. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import { factorCholesky, solveCholesky } from './cholesky.ts'

/**
 * Solves a penalised normal equation.
 *
 * @param x - Samples `[n x d]`, already centred as the model wants them.
 * @param ridge - Multiple of the identity, above 0 (0 only where X'X has full rank).
 * @param scale - Multiple of X'X, 0 or more.
 * @param b - Right-hand sides `[d x nColumns]`; not changed.
 * @param nColumns - Number of right-hand sides.
 * @returns W `[d x nColumns]`.
 * @throws {LimbicError} `TRAIN_SINGULAR` when the matrix is not positive definite.
 * @remarks O(n d min(n, d) + min(n, d)^3). With n < d the matrix inversion lemma is used:
 *   (r I + s X'X)^-1 B = (B - s X'(r I + s XX')^-1 X B) / r.
 */
export function solvePenalised(
  x: Matrix64,
  ridge: number,
  scale: number,
  b: Float64Array,
  nColumns: number,
): Float64Array {
  const { data, nRows: n, nCols: d } = x
  if (n >= d || ridge === 0) {
    const gram = new Float64Array(d * d)
    gemm(d, d, n, data, data, gram, { transA: true })
    return solveGram(gram, d, ridge, scale, b, nColumns)
  }
  const kernel = new Float64Array(n * n)
  gemm(n, n, d, data, data, kernel, { transB: true })
  const projected = new Float64Array(n * nColumns)
  gemm(n, nColumns, d, data, b, projected)
  const dual = solveGram(kernel, n, ridge, scale, projected, nColumns)
  const back = new Float64Array(d * nColumns)
  gemm(d, nColumns, n, data, dual, back, { transA: true })
  return back.map((value, i) => (b[i]! - scale * value) / ridge)
}

/**
 * Solves (ridge I + scale G) W = B for a Gram matrix that is at hand.
 *
 * @param gram - Symmetric matrix `[d x d]`; overwritten.
 * @param d - Order.
 * @param ridge - Multiple of the identity.
 * @param scale - Multiple of G.
 * @param b - Right-hand sides `[d x nColumns]`; not changed.
 * @param nColumns - Number of right-hand sides.
 * @returns W `[d x nColumns]`.
 * @throws {LimbicError} `TRAIN_SINGULAR` when the matrix is not positive definite.
 * @remarks d^3/3 + 2 d^2 nColumns multiply-adds.
 */
export function solveGram(
  gram: Float64Array,
  d: number,
  ridge: number,
  scale: number,
  b: Float64Array,
  nColumns: number,
): Float64Array {
  if (scale !== 1) for (let i = 0; i < gram.length; i++) gram[i]! *= scale
  for (let i = 0; i < d; i++) gram[i * d + i]! += ridge
  if (!factorCholesky(gram, d)) throw new LimbicError('TRAIN_SINGULAR', { order: d, ridge })
  const solution = Float64Array.from(b)
  solveCholesky(gram, d, solution, nColumns)
  return solution
}
