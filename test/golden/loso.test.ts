import { expect } from 'vitest'
import type { Matrix64 } from '../../src/core/types.ts'
import { permutationP } from '../../src/evaluate/statistics.ts'
import { cleanRun } from '../../src/preprocess/clean.ts'
import { anova } from '../../src/select/anova.ts'
import { topK } from '../../src/select/top-k.ts'
import { applyTemperature } from '../../src/train/temperature.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'
import {
  accuracyOf,
  alignFold,
  createFold,
  expectFlips,
  expectSets,
  inputMatrix,
  mapRuns,
  predictFold,
  rowsWhere,
  scoreFold,
  takeRows,
  type Fold,
  type SubjectSamples,
} from './_leave-one-subject-out.ts'

describeGolden('loso', (golden) => {
  if (golden.hasInput('task_0')) checkDecoding(golden)
  else if (golden.hasInput('permuted_labels')) checkPermutationTest(golden)
  else checkLeakage(golden)
})

/** Names such as `hyper_logreg_pred`: features, classifier, and what is compared. `hyper_selected` has no classifier. */
function checkDecoding(golden: GoldenCase): void {
  const foldsOf = new Map<string, Fold[]>()
  for (const name of golden.expectedNames) {
    const parsed = /^(anatomical|hyper)_(?:(.+)_)?(selected|pred|acc|proba)$/.exec(name)
    if (parsed === null) throw new Error(`the reference cases expect "${name}", unknown here`)
    const [, variant = '', classifier = '', what = ''] = parsed
    if (!foldsOf.has(variant)) foldsOf.set(variant, createFolds(golden, variant === 'hyper'))
    const folds = foldsOf.get(variant)!
    if (what === 'selected') {
      expectSets(
        golden,
        name,
        folds.map(({ selected }) => selected),
      )
      continue
    }
    const predictions = (): Int32Array[] => folds.map((fold) => predictFold(classifier, fold))
    if (what === 'pred') expectFlips(golden, name, predictions())
    else if (what === 'acc')
      golden.expectClose(
        name,
        predictions().map((predicted, h) => accuracyOf(predicted, folds[h]!.test.labels)),
      )
    else
      golden.expectClose(
        name,
        folds.flatMap((fold) => [...applyTemperature(scoreFold(classifier, fold), 1).data]),
      )
  }
}

function createFolds(golden: GoldenCase, isAligned: boolean): Fold[] {
  const nSubjects = golden.inputNames.filter((name) => /^task_\d+$/.test(name)).length
  const nClasses = Number(golden.params['classes'])
  const labels = golden.input('labels').data as Int32Array
  const runs = golden.input('run_task').data as Int32Array
  const labelled = rowsWhere(labels, (label) => label >= 0)
  const read = (kind: string): Matrix64[] =>
    Array.from({ length: nSubjects }, (_, s) => inputMatrix(golden, `${kind}_${s}`))
  const task = read('task')
  const calibration = read('cal')
  return task.map((_, h) => {
    const features = isAligned
      ? alignFold(calibration, task, h).map((series) => mapRuns(series, runs, zScored))
      : task
    const subjects: SubjectSamples[] = features.map((series) => ({
      features: takeRows(series, labelled),
      labels: Int32Array.from(labelled, (row) => labels[row]!),
    }))
    const training = subjects.filter((_, s) => s !== h)
    return createFold(training, subjects[h]!, nClasses, Number(golden.params['k']))
  })
}

const zScored = (run: Matrix64): Matrix64 =>
  cleanRun(run, { detrend: 'none', trSeconds: 2, standardize: 'zscore' })

/** The mean accuracy of ridge over folds, with the given labels, and with labels that were permuted inside subjects. */
function checkPermutationTest(golden: GoldenCase): void {
  const features = inputMatrix(golden, 'X')
  const subject = golden.input('subject').data
  const permuted = golden.input('permuted_labels')
  const score = (labels: Int32Array): number =>
    meanOf(accuraciesBySubject(features, labels, subject as Int32Array, features.nCols))
  const observed = score(golden.input('y').data as Int32Array)
  const nSamples = permuted.shape[1]!
  const nullScores = Array.from({ length: permuted.shape[0]! }, (_, m) =>
    score((permuted.data as Int32Array).slice(m * nSamples, (m + 1) * nSamples)),
  )
  const found: Record<string, number | number[]> = {
    score: observed,
    null_scores: nullScores,
    p_value: permutationP(observed, nullScores),
  }
  expectNamed(golden, found)
}

/** The same noise decoded with voxels selected inside the folds, and outside them: the mistake that looks like a result. */
function checkLeakage(golden: GoldenCase): void {
  const features = inputMatrix(golden, 'X')
  const labels = golden.input('y').data as Int32Array
  const subject = golden.input('subject').data as Int32Array
  const k = Number(golden.params['k'])
  const everywhere = topK(anova(features, labels, nClassesOf(labels)).f, k)
  const leaky = columns(features, everywhere)
  const nestedScores = accuraciesBySubject(features, labels, subject, k)
  const leakyScores = accuraciesBySubject(leaky, labels, subject, k)
  expectNamed(golden, { nested_acc: nestedScores, leaky_acc: leakyScores })
  expect(meanOf(leakyScores)).toBeGreaterThan(meanOf(nestedScores) + 0.1)
}

function accuraciesBySubject(
  features: Matrix64,
  labels: Int32Array,
  subject: Int32Array,
  k: number,
): number[] {
  const nClasses = nClassesOf(labels)
  const samplesWhere = (holds: (s: number) => boolean): SubjectSamples => {
    const rows = rowsWhere(subject, holds)
    return {
      features: takeRows(features, rows),
      labels: Int32Array.from(rows, (row) => labels[row]!),
    }
  }
  return [...new Set(subject)].map((held) => {
    const training = samplesWhere((s) => s !== held)
    const fold = createFold(
      [training],
      samplesWhere((s) => s === held),
      nClasses,
      k,
    )
    return accuracyOf(predictFold('ridge', fold), fold.test.labels)
  })
}

function expectNamed(golden: GoldenCase, found: Record<string, number | number[]>): void {
  for (const name of golden.expectedNames) {
    const value = found[name]
    if (value === undefined) throw new Error(`the reference cases expect "${name}", unknown here`)
    golden.expectClose(name, value)
  }
}

function columns({ data, nRows, nCols }: Matrix64, chosen: Int32Array): Matrix64 {
  const taken = Float64Array.from({ length: nRows * chosen.length }, (_, at) => {
    const row = Math.floor(at / chosen.length)
    return data[row * nCols + chosen[at % chosen.length]!]!
  })
  return { data: taken, nRows, nCols: chosen.length }
}

const nClassesOf = (labels: Int32Array): number => labels.reduce((a, b) => Math.max(a, b), 0) + 1

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
