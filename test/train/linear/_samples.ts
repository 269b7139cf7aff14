import { createRng } from '../../../src/core/rng.ts'
import type { Matrix64 } from '../../../src/core/types.ts'
import type { FitContext, Samples } from '../../../src/train/classifier.ts'

/** Gaussian samples around one random pattern per class; class of sample i is i modulo nClasses. */
export function gaussianSamples(
  seed: number,
  nSamples: number,
  nFeatures: number,
  nClasses: number,
  signal = 0.7,
): Samples & { features: Matrix64 } {
  const rng = createRng(seed)
  const patterns = Float64Array.from({ length: nClasses * nFeatures }, () => signal * rng.normal())
  const labels = Int32Array.from({ length: nSamples }, (_, i) => i % nClasses)
  const data = Float64Array.from({ length: nSamples * nFeatures }, (_, at) => {
    const c = labels[Math.floor(at / nFeatures)]!
    return patterns[c * nFeatures + (at % nFeatures)]! + rng.normal()
  })
  return {
    features: { data, nRows: nSamples, nCols: nFeatures },
    labels,
    nClasses,
    runs: ['sub-01/task-emotion/run-1'],
  }
}

export const context: FitContext = {
  rng: createRng(0),
  emit: () => undefined,
  openEngine: () => Promise.reject(new Error('a linear model asked for an engine')),
}

export const matrix = (rows: readonly (readonly number[])[]): Matrix64 => ({
  data: Float64Array.from(rows.flat()),
  nRows: rows.length,
  nCols: rows[0]?.length ?? 0,
})

/** Largest absolute difference. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0)

/** The same samples without those of one class, which still counts as a class. */
export function withoutClass(samples: Samples, c: number): Samples & { features: Matrix64 } {
  const { features, labels } = samples
  const kept = [...labels.keys()].filter((i) => labels[i] !== c)
  const rows = kept.map((i) =>
    Array.from(features.data.subarray(i * features.nCols, (i + 1) * features.nCols)),
  )
  return { ...samples, features: matrix(rows), labels: Int32Array.from(kept, (i) => labels[i]!) }
}

/** The same samples with three groups of unequal size; the classes of group 7 are not balanced. */
export function grouped(samples: Samples): {
  features: Matrix64
  labels: Int32Array
  groups: Int32Array
  nClasses: number
} {
  const { features, labels, nClasses } = samples
  const groups = Int32Array.from(labels, (_, i) => (i < 8 ? 7 : i % 4 === 0 ? 2 : 5))
  return { features: features as Matrix64, labels, groups, nClasses }
}
