/** Samples `[n x d]` with more features than samples -> the same geometry in n coordinates, and the way back for fitted weights; row-major float64. */
import type { Matrix64 } from '../../core/types.ts'
import { gemm } from '../../math/gemm/index.ts'
import { factorCholesky, solveCholesky } from './cholesky.ts'

/** Samples in coordinates that keep every inner product. */
export interface SampleSpace {
  /** `[n x min(n, d)]`. */
  readonly x: Matrix64
  /** Weights `[min(n, d) x nColumns]` in these coordinates -> the weights `[d x nColumns]` that give the same scores and have the same norm. */
  readonly lift: (weights: Float64Array, nColumns: number) => Float64Array
}

/**
 * Brings samples into as few coordinates as there are samples.
 *
 * @param x - Samples `[n x d]`; returned as they are where d <= n.
 * @returns The samples in their own space, and the way back.
 * @throws Never.
 * @remarks A model whose penalty is the squared norm of its weights has its optimum in the span of the samples, so it can be fitted on
 *   L with L L' = XX': each pass costs n^2 instead of n d. O(n^2 d + n^3) once. Samples that repeat each other make XX' singular; a
 *   1e-10 part of its mean diagonal is added, which is below what any fit resolves.
 * @see Hastie and Tibshirani (2004), Efficient quadratic regularization for expression arrays, Biostatistics 5.
 */
export function toSampleSpace(x: Matrix64): SampleSpace {
  const { data, nRows: n, nCols: d } = x
  const unchanged: SampleSpace = { x, lift: (weights) => weights }
  if (d <= n) return unchanged
  const factor = new Float64Array(n * n)
  gemm(n, n, d, data, data, factor, { transB: true })
  let trace = 0
  for (let i = 0; i < n; i++) trace += factor[i * n + i]!
  for (let i = 0; i < n; i++) factor[i * n + i]! += (1e-10 * trace) / n
  if (!factorCholesky(factor, n)) return unchanged
  for (let i = 0; i < n; i++) factor.fill(0, i * n + i + 1, (i + 1) * n)
  return {
    x: { data: factor, nRows: n, nCols: n },
    lift(weights, nColumns) {
      const dual = new Float64Array(n * nColumns)
      gemm(n, nColumns, n, factor, weights, dual)
      solveCholesky(factor, n, dual, nColumns)
      const lifted = new Float64Array(d * nColumns)
      gemm(d, nColumns, n, data, dual, lifted, { transA: true })
      return lifted
    },
  }
}
