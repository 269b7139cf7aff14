/** Made-up samples for tests of baselines. */
import { silent } from '../../../src/core/events.ts'
import { createRng, type Rng } from '../../../src/core/rng.ts'
import type { FitContext, Samples } from '../../../src/train/classifier.ts'

export const fitContext: FitContext = {
  rng: createRng('fit'),
  emit: silent,
  openEngine: () => Promise.reject(new Error('baselines need no engine')),
}

/** Classes of the given sizes whose means lie `distance` apart along their own feature; noise of SD 1. */
export function gaussianSamples(
  rng: Rng,
  counts: readonly number[],
  nFeatures: number,
  distance: number,
): Samples {
  const labels = Int32Array.from(rng.shuffle(counts.flatMap((n, c) => Array<number>(n).fill(c))))
  const data = Float64Array.from({ length: labels.length * nFeatures }, (_, i) => {
    const label = labels[Math.floor(i / nFeatures)]!
    return rng.normal() + (i % nFeatures === label ? distance : 0)
  })
  const features = { data, nRows: labels.length, nCols: nFeatures }
  return { features, labels, nClasses: counts.length, runs: ['sub-01/task-a/run-1'] }
}

/** Share of rows whose largest score is at their label. */
export function hitRate(
  scores: { readonly data: Float64Array; readonly nCols: number },
  labels: Int32Array,
): number {
  const hits = [...labels].filter((label, row) => {
    const own = scores.data.subarray(row * scores.nCols, (row + 1) * scores.nCols)
    return own.indexOf(Math.max(...own)) === label
  })
  return hits.length / labels.length
}
