/** A seeded classification problem: Gaussian clouds around one mean per class. */
import { createRng } from '../../../src/core/rng.ts'
import type { Matrix32 } from '../../../src/core/types.ts'
import type { Samples } from '../../../src/train/classifier.ts'

export interface ProblemOptions {
  readonly seed?: number
  readonly nFeatures?: number
  /** Samples per class. */
  readonly counts?: readonly number[]
  /** SD of the class means; the noise has SD 1. */
  readonly separation?: number
  readonly run?: string
}

/** Samples of the problem; problems that differ in `counts` and `run` only share their class means. */
export function createProblem(options: ProblemOptions = {}): Samples {
  const { seed = 1, nFeatures = 6, counts = [20, 20, 20], separation = 1.5 } = options
  const { run = 'sub-01/task-a/run-1' } = options
  const meanStream = createRng(seed).fork('means')
  const means = counts.map(() =>
    Float64Array.from({ length: nFeatures }, () => separation * meanStream.normal()),
  )
  const stream = createRng(seed).fork(run)
  const labels = stream.shuffle(
    Int32Array.from(counts.flatMap((count, c) => new Array<number>(count).fill(c))),
  )
  const data = new Float32Array(labels.length * nFeatures)
  for (let at = 0; at < data.length; at++) {
    const label = labels[Math.floor(at / nFeatures)]!
    data[at] = means[label]![at % nFeatures]! + stream.normal()
  }
  const features: Matrix32 = { data, nRows: labels.length, nCols: nFeatures }
  return { features, labels, nClasses: counts.length, runs: [run] }
}

/** Two classes that differ only in whether two features have the same sign: 120 samples, 2 features. */
export function createXorProblem(run: string): Samples {
  const stream = createRng(run)
  const nRows = 120
  const data = Float32Array.from(
    { length: 2 * nRows },
    () => (stream.uniform() < 0.5 ? -2 : 2) + 0.5 * stream.normal(),
  )
  const labels = new Int32Array(nRows).map((_, i) => (data[2 * i]! * data[2 * i + 1]! > 0 ? 1 : 0))
  return { features: { data, nRows, nCols: 2 }, labels, nClasses: 2, runs: [run] }
}

/** Share of rows whose label has the largest score. */
export function accuracy(scores: ArrayLike<number>, labels: Int32Array): number {
  const nClasses = scores.length / labels.length
  const hits = labels.filter((label, row) => {
    const ofRow = Array.from({ length: nClasses }, (_, c) => scores[row * nClasses + c]!)
    return ofRow.indexOf(Math.max(...ofRow)) === label
  })
  return hits.length / labels.length
}
