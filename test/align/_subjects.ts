/** Simulated subjects: one latent time course, seen through voxel patterns of their own. */
import type { Rng } from '../../src/core/rng.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { randomMatrix } from '../math/_random.ts'

/** `[T x V]` per subject: latent responses `[T x K]` times random patterns, plus noise. */
export function simulateSubjects(
  rng: Rng,
  voxels: readonly number[],
  { nRows = 40, nLatent = 6, noise = 0.5 } = {},
): Matrix64[] {
  const latent = randomMatrix(rng, nRows, nLatent)
  return voxels.map((nVoxels) => {
    const signal = multiply(latent, randomMatrix(rng, nLatent, nVoxels)).data
    const data = signal.map((value) => value + noise * rng.normal())
    return matrix(nRows, nVoxels, data)
  })
}

/** Mean over columns of the correlation between two matrices. */
export function columnCorrelation(a: Matrix64, b: Matrix64): number {
  let sum = 0
  for (let v = 0; v < a.nCols; v++) {
    const x = Array.from({ length: a.nRows }, (_, i) => a.data[i * a.nCols + v]!)
    const y = Array.from({ length: b.nRows }, (_, i) => b.data[i * b.nCols + v]!)
    sum += correlation(x, y)
  }
  return sum / a.nCols
}

function correlation(x: number[], y: number[]): number {
  const meanX = x.reduce((s, value) => s + value, 0) / x.length
  const meanY = y.reduce((s, value) => s + value, 0) / y.length
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - meanX) * (y[i]! - meanY)
    xx += (x[i]! - meanX) ** 2
    yy += (y[i]! - meanY) ** 2
  }
  return xy / Math.sqrt(xx * yy)
}
