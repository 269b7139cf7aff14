import { describe, expect, it } from 'vitest'
import { reportSchema, type Fold, type Scores } from '../../src/core/schemas/report.ts'
import { assembleReport, poolScores, summarizeScores } from '../../src/evaluate/assemble-report.ts'
import { makePipeline } from './protocol/_study.ts'

const scores = (accuracy: number, confusion: number[][]): Scores => ({
  nTest: confusion.flat().reduce((a, b) => a + b),
  accuracy,
  balancedAccuracy: accuracy,
  macroF1: accuracy,
  auc: 0.5,
  logLoss: 1,
  ece: 0.1,
  confusion,
})
const one = scores(0.75, [
  [3, 1, 0],
  [1, 1, 0],
  [0, 0, 2],
])
const two = scores(0.5, [
  [2, 2, 0],
  [2, 0, 0],
  [0, 0, 2],
])

function foldOf(subject: string, calibrated: Scores): Fold {
  const model = { calibrated, unaligned: null, zeroShot: null, temperature: 1, epochs: [] }
  return {
    subject,
    evaluationRuns: [`sub-${subject}/task-emotion/run-1`],
    calibrationRuns: [`sub-${subject}/task-calibration/run-1`],
    calibrationMinutes: 2,
    trainingSubjects: [],
    innerSubjects: [],
    nTrainingVolumes: 10,
    nMaskVoxels: 20,
    nSelectedVoxels: 10,
    nComponents: 3,
    models: { lda: model, 'nearest-centroid': model },
    leaks: [],
    warnings: ['something to know'],
  }
}

describe('poolScores', () => {
  it('pools counts exactly, by hand', () => {
    const pooled = poolScores([one, two])!
    expect(pooled.confusion).toEqual([
      [5, 3, 0],
      [3, 1, 0],
      [0, 0, 4],
    ])
    expect(pooled.nTest).toBe(16)
    expect(pooled.accuracy).toBeCloseTo(10 / 16, 12)
    expect(pooled.balancedAccuracy).toBeCloseTo((5 / 8 + 1 / 4 + 1) / 3, 12)
    expect(pooled.macroF1).toBeCloseTo((10 / 16 + 2 / 8 + 1) / 3, 12)
  })

  it('is null without subjects, and its AUC is null when a subject has none', () => {
    expect(poolScores([])).toBeNull()
    expect(poolScores([one, { ...two, auc: null }])!.auc).toBeNull()
  })
})

describe('summarizeScores', () => {
  it('takes the subject as the unit', () => {
    const summary = summarizeScores([one, two])!
    expect(summary.accuracy.mean).toBe(0.625)
    expect(summary.accuracy.sd).toBeCloseTo(0.125 * Math.SQRT2, 12)
    // t with one degree of freedom: 12.706 at 97.5 %.
    expect(summary.accuracy.ci95![1] - 0.625).toBeCloseTo(12.7062 * 0.125, 3)
    expect(summarizeScores([one])!.accuracy.ci95).toBeNull()
    expect(summarizeScores([])).toBeNull()
  })
})

describe('assembleReport', () => {
  const source = {
    pipeline: makePipeline(),
    classes: ['negative', 'neutral', 'rest'],
    folds: [foldOf('02', two), foldOf('01', one)],
    failedFolds: [{ subject: '03', code: 'INTERNAL', message: 'lost' }],
    data: {
      dataset: 'x',
      subjects: ['01', '02', '03'],
      nRuns: 6,
      nVolumes: 60,
      nLabelledVolumes: 40,
      nDroppedVolumes: 5,
      trSeconds: 2,
    },
    oracle: null,
    provenance: { version: '0', seed: 0, engine: 'none', configSha256: 'a', datasetSha256: 'b' },
    findings: [],
  }

  it('is a valid report, subjects in order, with chance levels from what was scored', () => {
    const report = reportSchema.parse(assembleReport(source))
    expect(report.folds.map(({ subject }) => subject)).toEqual(['01', '02'])
    expect(report.chance.uniform).toBeCloseTo(1 / 3, 12)
    expect(report.chance.majority).toBeCloseTo(0.5, 12)
    expect(report.classCounts).toEqual([8, 4, 4])
    expect(Object.keys(report.baselines)).toEqual(['nearest-centroid'])
    expect(report.failedFolds).toHaveLength(1)
    expect(report.warnings).toEqual(['something to know'])
    expect(report.unaligned).toBeNull()
  })

  it('is a valid report when every fold failed', () => {
    const report = reportSchema.parse(assembleReport({ ...source, folds: [] }))
    expect(report.summary).toBeNull()
    expect(report.pooled).toBeNull()
    expect(report.chance.majority).toBe(0)
  })
})
