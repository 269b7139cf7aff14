/** Figures that references give of aligned subjects `[T x V]`. */
import { zscoreColumns } from '../../src/align/zscore-columns.ts'
import type { Matrix64 } from '../../src/core/types.ts'

/** Frobenius norm of the difference. */
export function distance(a: Matrix64, b: Matrix64): number {
  return Math.sqrt(a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0))
}

/** Mean over pairs of subjects and over columns of Pearson's r. */
export function meanCorrelation(spaces: readonly Matrix64[]): number {
  const scores = spaces.map(zscoreColumns)
  let sum = 0
  let nPairs = 0
  scores.forEach((a, i) => {
    for (const b of scores.slice(i + 1)) {
      sum += a.data.reduce((dot, value, k) => dot + value * b.data[k]!, 0) / a.data.length
      nPairs++
    }
  })
  return sum / nPairs
}
