import type { Matrix64 } from '../../src/core/types.ts'
import { cleanRun } from '../../src/preprocess/clean.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'
import {
  accuracyOf,
  alignFold,
  createFold,
  expectFlips,
  inputMatrix,
  mapRuns,
  predictFold,
  rowsWhere,
  takeRows,
  type Fold,
} from './_leave-one-subject-out.ts'

/** Raw runs -> cleaned -> hyperaligned -> leave one subject out; names such as `acc_hyper_ridge` or `clean_task_last`. */
describeGolden('pipeline', (golden) => {
  const cleaned = cleanAll(golden)
  const foldsOf = new Map<string, Fold[]>()
  for (const name of golden.expectedNames) {
    const clean = /^clean_(cal|task)_(\d+|last)$/.exec(name)
    if (clean !== null) {
      const series = clean[1] === 'cal' ? cleaned.calibration : cleaned.task
      golden.expectClose(name, series.at(clean[2] === 'last' ? -1 : Number(clean[2]))!.data)
      continue
    }
    const parsed = /^(pred|acc)_(hyper|anatomical)_(.+)$/.exec(name)
    if (parsed === null) throw new Error(`the reference cases expect "${name}", unknown here`)
    const [, what = '', variant = '', classifier = ''] = parsed
    if (!foldsOf.has(variant)) foldsOf.set(variant, createFolds(golden, cleaned, variant))
    const folds = foldsOf.get(variant)!
    const predictions = folds.map((fold) => predictFold(classifier, fold))
    if (what === 'pred') expectFlips(golden, name, predictions)
    else
      golden.expectClose(
        name,
        predictions.map((predicted, h) => accuracyOf(predicted, folds[h]!.test.labels)),
      )
  }
})

interface Cleaned {
  readonly calibration: readonly Matrix64[]
  readonly task: readonly Matrix64[]
}

function cleanAll(golden: GoldenCase): Cleaned {
  const nSubjects = golden.inputNames.filter((name) => /^raw_task_\d+$/.test(name)).length
  const trSeconds = Number(golden.params['t_r'])
  const highPassHz = Number(golden.params['high_pass_hz'])
  const clean = (run: Matrix64): Matrix64 =>
    cleanRun(run, { detrend: 'linear', highPassHz, trSeconds, standardize: 'zscore-sample' })
  const read = (kind: 'cal' | 'task'): Matrix64[] =>
    Array.from({ length: nSubjects }, (_, s) =>
      mapRuns(
        inputMatrix(golden, `raw_${kind}_${s}`),
        golden.input(`run_${kind}`).data as Int32Array,
        clean,
      ),
    )
  return { calibration: read('cal'), task: read('task') }
}

function createFolds(golden: GoldenCase, { calibration, task }: Cleaned, variant: string): Fold[] {
  const labels = golden.input('labels').data as Int32Array
  const runs = golden.input('run_task').data as Int32Array
  const labelled = rowsWhere(labels, (label) => label >= 0)
  const labelsOfSubject = Int32Array.from(labelled, (row) => labels[row]!)
  const nClasses = labels.reduce((a, b) => Math.max(a, b), 0) + 1
  return task.map((_, h) => {
    const features =
      variant === 'hyper'
        ? alignFold(calibration, task, h).map((series) => mapRuns(series, runs, zScored))
        : task
    const subjects = features.map((series) => ({
      features: takeRows(series, labelled),
      labels: labelsOfSubject,
    }))
    const training = subjects.filter((__, s) => s !== h)
    return createFold(training, subjects[h]!, nClasses, Number(golden.params['k']))
  })
}

const zScored = (run: Matrix64): Matrix64 =>
  cleanRun(run, { detrend: 'none', trSeconds: 2, standardize: 'zscore-sample' })
