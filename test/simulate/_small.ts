/** Options of a dataset small enough for tests. */
import { defaultSimulateOptions, type SimulateOptions } from '../../src/simulate/index.ts'

export const small: SimulateOptions = {
  ...defaultSimulateOptions,
  subjects: 2,
  runs: 1,
  volumes: 81,
  calibrationVolumes: 40,
  shape: [10, 10, 8],
  regionRadiusVoxels: 1.5,
}

export function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
}

/** Correlation of two columns of numbers. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB)
    aa += (a[i]! - meanA) ** 2
    bb += (b[i]! - meanB) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}
