/** A made-up report of a run over simulated subjects: every section has something in it. */
import type {
  Baseline,
  Curves,
  Report,
  ReportFold,
  Scores,
  Statistic,
  Summary,
} from '../../../src/core/schemas/report.ts'
import { countCurves } from '../../../src/evaluate/metrics/index.ts'
import { createRng, type Rng } from '../../../src/core/rng.ts'

const classes = ['negative', 'neutral', 'rest']
const nPerClass = [60, 60, 120]

/** The report; `changes` replace whole fields. */
export function sampleReport(changes: Partial<Report> = {}, nSubjects = 12): Report {
  const rng = createRng('sample report')
  const subjects = Array.from({ length: nSubjects }, (_, i) => String(i + 1).padStart(2, '0'))
  const folds = subjects.map((subject) => sampleFold(subject, rng))
  const svm = sampleFolds(folds, rng, 0.78)
  const lda = sampleFolds(folds, rng, 0.74)
  return {
    format: 'limbic-report-1',
    name: 'emotion-simulated',
    protocol: 'strict',
    protocolText: [
      'One subject is held out in turn. Voxels are selected, the common space is built and the classifier is trained on the other subjects.',
      'The held-out subject is aligned by its calibration runs, its scaler is fitted on them, and its evaluation runs are scored volume by volume.',
    ],
    methodsText: ['Decoding was done with limbic.'],
    model: 'cnn1d-compact',
    classes,
    rest: 'rest',
    classCounts: nPerClass.map((n) => n * nSubjects),
    unit: 'volume',
    folds,
    failedFolds: [],
    summary: summarize(folds),
    pooled: { ...poolScores(folds), curves: sampleCurves() },
    chance: { uniform: 1 / 3, majority: 0.5 },
    baselines: { 'linear-svm': svm, lda },
    unaligned: summarize(folds.map((fold) => fold.unaligned!)),
    zeroShot: summarize(folds.map((fold) => fold.zeroShot!)),
    withinSubject: summarize(folds),
    learningCurve: {
      unit: 'minutes',
      points: [2, 5, 10, 13.3].map((minutes, i) => {
        const statistic = describe(folds.map((fold) => fold.accuracy - 0.3 / (i + 1)))
        return { amount: minutes, minutes, accuracy: statistic, balancedAccuracy: statistic }
      }),
    },
    oracle: { accuracy: 0.94, source: 'derivatives/ground-truth/oracle.json' },
    permutation: samplePermutation(),
    comparisons: [
      {
        ...{ a: 'cnn1d-compact', b: 'lda', meanDifference: 0.12, ci95: [0.07, 0.17] },
        ...{ p: 0.0004, pWilcoxon: 0.001, pFdr: 0.0008 },
      },
      {
        ...{ a: 'cnn1d-compact', b: 'linear-svm', meanDifference: 0.08, ci95: [-0.01, 0.17] },
        ...{ p: 0.07, pWilcoxon: 0.08, pFdr: 0.07 },
      },
    ],
    trainingCurves: subjects.map((subject) => ({ subject, epochs: sampleEpochs(rng) })),
    leaks: [],
    warnings: [],
    data: {
      dataset: 'simulated',
      subjects,
      nRuns: 4 * nSubjects,
      nVolumes: 800 * nSubjects,
      nLabelledVolumes: 720 * nSubjects,
      nDroppedVolumes: 80 * nSubjects,
      trSeconds: 2,
    },
    provenance: {
      version: '0.1.0',
      seed: 7,
      engine: 'cpu',
      configSha256: 'c'.repeat(64),
      datasetSha256: 'd'.repeat(64),
    },
    excludedSubjects: [],
    ...changes,
  }
}

/** Every class told from the others by a log odds of 2 in the mean. */
function sampleCurves(): Curves {
  const rng = createRng('sample curves')
  const rows = Array.from({ length: 900 }, (_, i) => {
    const weights = [0, 1, 2].map((c) => Math.exp(rng.normal() + (c === i % 3 ? 2 : 0)))
    return weights.map((weight) => weight / sum(weights))
  })
  const probabilities = { data: Float64Array.from(rows.flat()), nRows: 900, nCols: 3 }
  return countCurves(
    rows.map((_, i) => i % 3),
    probabilities,
  )
}

function samplePermutation(): Report['permutation'] {
  const rng = createRng('sample permutation')
  const model = (observed: number): NonNullable<Report['permutation']>['models'][string] => {
    const scores = Array.from({ length: 100 }, () => 1 / 3 + 0.02 * rng.normal())
    return { observed, nullMean: sum(scores) / 100, p: 1 / 101, pFamilywise: 1 / 101, null: scores }
  }
  return {
    n: 100,
    models: { 'cnn1d-compact': model(0.86), 'linear-svm': model(0.78), lda: model(0.74) },
  }
}

function sampleFold(subject: string, rng: Rng): ReportFold {
  return {
    subject,
    ...sampleScores(rng, 0.86),
    unaligned: sampleScores(rng, 0.42),
    zeroShot: sampleScores(rng, 0.38),
    temperature: 1.3,
    nTrainingVolumes: 5280,
    nMaskVoxels: 12480,
    nSelectedVoxels: 1000,
    nComponents: 60,
    calibrationMinutes: 13.3,
  }
}

function sampleScores(rng: Rng, hitRate: number): Scores {
  const confusion = nPerClass.map((n, row) => sampleRow(rng, n, row, hitRate))
  return scoreConfusion(confusion)
}

function sampleRow(rng: Rng, n: number, row: number, hitRate: number): number[] {
  const rate = Math.min(0.99, Math.max(0.02, hitRate + 0.06 * rng.normal()))
  const hits = Math.round(n * rate)
  const rest = n - hits
  const first = Math.round(rest * (row === 2 ? 0.5 : 0.8))
  const misses = [first, rest - first]
  return [0, 1, 2].map((column) => (column === row ? hits : misses.shift()!))
}

function scoreConfusion(confusion: number[][]): Scores {
  const nTest = sum(confusion.flat())
  const hits = confusion.map((row, i) => row[i]!)
  const recalls = confusion.map((row, i) => row[i]! / sum(row))
  const accuracy = sum(hits) / nTest
  return {
    nTest,
    accuracy,
    balancedAccuracy: sum(recalls) / 3,
    macroF1: accuracy - 0.01,
    auc: Math.min(1, accuracy + 0.08),
    logLoss: 1.3 - accuracy,
    ece: 0.04,
    confusion,
  }
}

function poolScores(folds: readonly Scores[]): Scores {
  return scoreConfusion(
    [0, 1, 2].map((i) => [0, 1, 2].map((j) => sum(folds.map((f) => f.confusion[i]![j]!)))),
  )
}

function sampleFolds(folds: readonly ReportFold[], rng: Rng, hitRate: number): Baseline {
  const draw = (rate: number): Scores[] => folds.map(() => sampleScores(rng, rate))
  const scores = draw(hitRate)
  return {
    ...summarize(scores),
    unaligned: summarize(draw(0.4)),
    zeroShot: summarize(draw(0.37)),
    folds: folds.map(({ subject }, i) => ({
      subject,
      accuracy: scores[i]!.accuracy,
      balancedAccuracy: scores[i]!.balancedAccuracy,
    })),
  }
}

function summarize(scores: readonly Scores[]): Summary {
  const over = (pick: (s: Scores) => number): Statistic => describe(scores.map(pick))
  return {
    accuracy: over((s) => s.accuracy),
    balancedAccuracy: over((s) => s.balancedAccuracy),
    macroF1: over((s) => s.macroF1),
    auc: over((s) => s.auc!),
    logLoss: over((s) => s.logLoss),
    ece: over((s) => s.ece),
  }
}

function describe(values: readonly number[]): Statistic {
  const n = values.length
  const mean = sum(values) / n
  if (n < 2) return { mean, sd: 0, ci95: null, ci99: null }
  const sd = Math.sqrt(sum(values.map((v) => (v - mean) ** 2)) / (n - 1))
  const half = (t: number): [number, number] => [
    mean - (t * sd) / n ** 0.5,
    mean + (t * sd) / n ** 0.5,
  ]
  return { mean, sd, ci95: half(2.2), ci99: half(3.1) }
}

function sampleEpochs(rng: Rng): Report['trainingCurves'][number]['epochs'] {
  const nEpochs = 20 + rng.integer(20)
  return Array.from({ length: nEpochs }, (_, epoch) => ({
    epoch,
    loss: 0.15 + Math.exp(-epoch / 7) + 0.02 * rng.normal(),
    accuracy: 0.95 - 0.6 * Math.exp(-epoch / 6) + 0.01 * rng.normal(),
    validationLoss: 0.35 + 0.8 * Math.exp(-epoch / 6) + 0.03 * rng.normal(),
    validationAccuracy: 0.86 - 0.5 * Math.exp(-epoch / 6) + 0.02 * rng.normal(),
  }))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
