/** What the loso and pipeline reference cases share: folds, the classifiers under the names of the manifests, and their tolerances. */
import { expect } from 'vitest'
import { applyAlignedMap } from '../../src/align/aligned-map.ts'
import { hyperalign } from '../../src/align/hyperalignment.ts'
import { fitProcrustes } from '../../src/align/procrustes.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { predictClasses } from '../../src/evaluate/metrics/index.ts'
import { anova } from '../../src/select/anova.ts'
import { topK } from '../../src/select/top-k.ts'
import {
  fitLdaWeights,
  fitLogisticWeights,
  fitRidgeWeights,
  fitSvmWeights,
  scoreCentroids,
  scoreLinear,
  type LinearWeights,
} from '../../src/train/linear/index.ts'
import { classMeans, countClasses } from '../../src/train/linear/training-set.ts'
import type { GoldenCase } from './_golden.ts'

/** Labelled samples of one subject. */
export interface SubjectSamples {
  readonly features: Matrix64
  readonly labels: Int32Array
}

/** One fold: what was selected on the training subjects, and both sides in the selected features. */
export interface Fold {
  readonly selected: Int32Array
  readonly training: SubjectSamples
  readonly test: SubjectSamples
  readonly nClasses: number
}

/** Manifest name -> scores of the test samples. */
const scorers: Record<string, (fold: Fold) => Matrix64> = {
  logreg: linear(({ features, labels }, nClasses) =>
    fitLogisticWeights(features, labels, nClasses, { c: 1, tolerance: 1e-10 }),
  ),
  svc: linear(({ features, labels }, nClasses) =>
    fitSvmWeights(features, labels, nClasses, { c: 1, tolerance: 1e-9, valueTolerance: 0 }),
  ),
  ridge: linear(({ features, labels }, nClasses) => fitRidgeWeights(features, labels, nClasses, 1)),
  lda_shrink: linear(({ features, labels }, nClasses) =>
    fitLdaWeights(features, labels, nClasses, 0.1),
  ),
  centroid({ training, test, nClasses }) {
    const counts = countClasses(training.features, training.labels, nClasses)
    const centroids = classMeans(training.features, training.labels, counts).data
    const nFeatures = training.features.nCols
    return scoreCentroids(
      { metric: 'correlation', centroids, counts, nClasses, nFeatures },
      test.features,
    )
  },
}

/** Scores of the test samples by a classifier of the manifest; an unknown name is an error. */
export function scoreFold(classifier: string, fold: Fold): Matrix64 {
  const scorer = scorers[classifier]
  if (scorer === undefined)
    throw new Error(`the reference cases expect the classifier "${classifier}", unknown here`)
  return scorer(fold)
}

/** Stacks the training subjects, selects the k best features on them alone, and reads the same features of the test subject. */
export function createFold(
  training: readonly SubjectSamples[],
  test: SubjectSamples,
  nClasses: number,
  k: number,
): Fold {
  const stacked = stackSubjects(training)
  const selected = topK(anova(stacked.features, stacked.labels, nClasses).f, k)
  return {
    selected,
    training: { ...stacked, features: takeColumns(stacked.features, selected) },
    test: { ...test, features: takeColumns(test.features, selected) },
    nClasses,
  }
}

/**
 * Every subject's task volumes in the common space of one fold: hyperalignment of the other subjects' calibration volumes,
 * and for the held-out subject a map of its own calibration volumes onto that space.
 */
export function alignFold(
  calibration: readonly Matrix64[],
  task: readonly Matrix64[],
  held: number,
): Matrix64[] {
  const { commonSpace, maps } = hyperalign(calibration.filter((_, s) => s !== held))
  const all = maps.toSpliced(held, 0, fitProcrustes(calibration[held]!, commonSpace).map)
  return task.map((series, s) => applyAlignedMap(all[s]!, series))
}

/** Share of right predictions. */
export function accuracyOf(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  return Array.from(predicted).filter((value, i) => value === labels[i]).length / predicted.length
}

export function predictFold(classifier: string, fold: Fold): Int32Array {
  return predictClasses(scoreFold(classifier, fold))
}

/** Compares predictions with expected ones `[nFolds x nSamples]`: at most `max_flips` may differ in each fold. */
export function expectFlips(golden: GoldenCase, name: string, folds: readonly Int32Array[]): void {
  expectPerFold(golden, name, folds, 'max_flips', (got, wanted) =>
    got.reduce((flips, value, i) => flips + (value === wanted[i] ? 0 : 1), 0),
  )
}

/** Compares selections with expected ones `[nFolds x k]`: at most `max_set_differences` may be missing in each fold. */
export function expectSets(golden: GoldenCase, name: string, folds: readonly Int32Array[]): void {
  expectPerFold(golden, name, folds, 'max_set_differences', (got, wanted) => {
    const found = new Set(got)
    return wanted.filter((value) => !found.has(value)).length
  })
}

/** Rows of a matrix. */
export function takeRows({ data, nCols }: Matrix64, rows: readonly number[]): Matrix64 {
  const taken = new Float64Array(rows.length * nCols)
  rows.forEach((row, i) => {
    taken.set(data.subarray(row * nCols, (row + 1) * nCols), i * nCols)
  })
  return { data: taken, nRows: rows.length, nCols }
}

/** Matrices one below the other. */
export function stackRows(parts: readonly Matrix64[]): Matrix64 {
  const nCols = parts[0]!.nCols
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  let at = 0
  for (const part of parts) {
    data.set(part.data, at)
    at += part.data.length
  }
  return { data, nRows: data.length / nCols, nCols }
}

/** An input array of two dimensions, in float64. */
export function inputMatrix(golden: GoldenCase, name: string): Matrix64 {
  const { data, shape } = golden.input64(name)
  return { data, nRows: shape[0]!, nCols: shape[1]! }
}

/** Row numbers for which a condition holds. */
export function rowsWhere(values: ArrayLike<number>, holds: (value: number) => boolean): number[] {
  return Array.from(values).flatMap((value, row) => (holds(value) ? [row] : []))
}

/** Every run changed on its own, in the order of its rows. */
export function mapRuns(
  series: Matrix64,
  runs: ArrayLike<number>,
  change: (run: Matrix64) => Matrix64,
): Matrix64 {
  const data = new Float64Array(series.data.length)
  for (const run of new Set(Array.from(runs))) {
    const rows = rowsWhere(runs, (value) => value === run)
    const changed = change(takeRows(series, rows))
    rows.forEach((row, i) => {
      data.set(changed.data.subarray(i * series.nCols, (i + 1) * series.nCols), row * series.nCols)
    })
  }
  return { ...series, data }
}

function linear(
  fit: (training: SubjectSamples, nClasses: number) => LinearWeights,
): (fold: Fold) => Matrix64 {
  return ({ training, test, nClasses }) =>
    scoreLinear(
      { ...fit(training, nClasses), nClasses, nFeatures: training.features.nCols },
      test.features,
    )
}

function stackSubjects(subjects: readonly SubjectSamples[]): SubjectSamples {
  return {
    features: stackRows(subjects.map(({ features }) => features)),
    labels: Int32Array.from(subjects.flatMap(({ labels }) => [...labels])),
  }
}

function takeColumns({ data, nRows, nCols }: Matrix64, columns: Int32Array): Matrix64 {
  const k = columns.length
  const taken = new Float64Array(nRows * k)
  for (let i = 0; i < nRows; i++)
    for (let j = 0; j < k; j++) taken[i * k + j] = data[i * nCols + columns[j]!]!
  return { data: taken, nRows, nCols: k }
}

function expectPerFold(
  golden: GoldenCase,
  name: string,
  folds: readonly Int32Array[],
  toleranceName: 'max_flips' | 'max_set_differences',
  count: (got: Int32Array, wanted: Float64Array) => number,
): void {
  const tolerance = golden.expectedTolerance(name)
  if (tolerance.informational === true) return
  const limit = tolerance.exact === true ? 0 : tolerance[toleranceName]
  if (limit === undefined) throw new Error(`${golden.id}.${name}: no ${toleranceName} given`)
  const [nFolds, width] = golden.expectedShape(name)
  const expected = golden.expectedNumbers(name)
  expect(folds.length, `${golden.id}.${name}: folds`).toBe(nFolds)
  folds.forEach((got, h) => {
    expect(got.length, `${golden.id}.${name}: fold ${h}`).toBe(width)
    const different = count(got, expected.subarray(h * width!, (h + 1) * width!))
    expect(different, `${golden.id}.${name}: differences in fold ${h}`).toBeLessThanOrEqual(limit)
  })
}
