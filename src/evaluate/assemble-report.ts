/** Folds -> the report: summaries over subjects, pooled scores, chance levels, baselines, and the protocol in words. */
import type { Finding } from '../core/errors/index.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type {
  Baseline,
  Fold,
  ModelFold,
  Report,
  ReportFold,
  Scores,
  Statistic,
  Summary,
} from '../core/schemas/report.ts'
import { findAlignmentProblems } from './alignment-problems.ts'
import { bootstrapInterval } from './bootstrap.ts'
import { compareModels } from './compare-models.ts'
import { summarizePermutations, type PermutedFold } from './permutation-summary.ts'
import { sumCurves } from './metrics/index.ts'
import { describeMethods } from './methods-text.ts'
import { describeProtocol } from './protocol-text.ts'
import { summarizeLearningCurve } from './learning-curve.ts'
import { summarize } from './statistics.ts'

/** What a report needs besides the folds. */
export interface ReportSource {
  readonly pipeline: Pipeline
  readonly classes: readonly string[]
  readonly folds: readonly Fold[]
  readonly failedFolds: Report['failedFolds']
  /** Folds with permuted labels; absent when none were asked for. */
  readonly permuted?: readonly PermutedFold[]
  readonly data: Report['data']
  readonly oracle: Report['oracle']
  readonly provenance: Report['provenance']
  readonly findings: readonly Finding[]
}

/**
 * Assembles the report of a run.
 *
 * @param source - Folds that finished, folds that failed, and where everything came from.
 * @returns The report; equal sources give equal reports.
 * @throws Never.
 */
export function assembleReport(source: ReportSource): Report {
  const { pipeline, classes, provenance, data, oracle, failedFolds } = source
  const folds = [...source.folds].sort((a, b) => (a.subject < b.subject ? -1 : 1))
  const model = pipeline.classify.model
  const ofModel = (name: string): readonly ModelFold[] => folds.map((fold) => fold.models[name]!)
  const primary = ofModel(model)
  const pooled = poolScores(primary.map(({ calibrated }) => calibrated))
  const classCounts = countClasses(primary, classes.length)
  const names = [...new Set(folds.flatMap((fold) => Object.keys(fold.models)))]
  return {
    format: 'limbic-report-1',
    name: pipeline.name,
    protocol: pipeline.protocol,
    protocolText: describeProtocol(pipeline, folds),
    methodsText: describeMethods({ ...source, folds }),
    model,
    classes: [...classes],
    rest: pipeline.label.rest ?? null,
    classCounts,
    unit: pipeline.evaluate.unit,
    folds: folds.map((fold) => describeFold(fold, model)),
    failedFolds: [...failedFolds],
    summary: summarizeScores(primary.map(({ calibrated }) => calibrated)),
    pooled,
    chance: chanceLevels(primary, classes.length),
    baselines: Object.fromEntries(
      names
        .filter((name) => name !== model)
        .flatMap((name) => {
          const baseline = describeBaseline(folds, name)
          return baseline === null ? [] : [[name, baseline]]
        }),
    ),
    unaligned: summarizeScores(present(primary.map(({ unaligned }) => unaligned))),
    zeroShot: summarizeScores(present(primary.map(({ zeroShot }) => zeroShot))),
    withinSubject: summarizeScores(present(folds.map((fold) => fold.withinSubject ?? null))),
    learningCurve: summarizeLearningCurve(folds),
    oracle,
    permutation:
      source.permuted === undefined ? null : summarizePermutations(folds, source.permuted),
    comparisons: compareModels(folds),
    trainingCurves: folds
      .map((fold) => ({ subject: fold.subject, epochs: fold.models[model]!.epochs }))
      .filter(({ epochs }) => epochs.length > 0),
    leaks: [...new Set(folds.flatMap(({ leaks }) => leaks))],
    warnings: [
      ...new Set([
        ...folds.flatMap(({ warnings }) => warnings),
        ...source.findings.map(({ message }) => message),
        ...findAlignmentProblems(folds, pipeline),
      ]),
    ],
    data,
    provenance,
    excludedSubjects: [...pipeline.data.exclude],
  }
}

/**
 * Summarises scores over subjects; the subject is the unit.
 *
 * @param scores - One entry per subject.
 * @returns Mean, SD and Student t intervals, or null without subjects.
 * @throws Never.
 */
export function summarizeScores(scores: readonly Scores[]): Summary | null {
  if (scores.length === 0) return null
  const statistic = (values: readonly number[]): Statistic => {
    const { mean, sd, ci95, ci99 } = summarize(values)
    return { mean, sd, ci95, ci99 }
  }
  const withBootstrap = (values: readonly number[]): Statistic => ({
    ...statistic(values),
    bootstrap95: bootstrapInterval(values),
  })
  const aucs = present(scores.map(({ auc }) => auc))
  return {
    accuracy: withBootstrap(scores.map(({ accuracy }) => accuracy)),
    balancedAccuracy: withBootstrap(scores.map(({ balancedAccuracy }) => balancedAccuracy)),
    macroF1: statistic(scores.map(({ macroF1 }) => macroF1)),
    auc: aucs.length === 0 ? null : statistic(aucs),
    logLoss: statistic(scores.map(({ logLoss }) => logLoss)),
    ece: statistic(scores.map(({ ece }) => ece)),
  }
}

/**
 * Scores over the volumes of all subjects together. Counts pool exactly; AUC, log-loss and ECE are means weighted by volumes,
 * since each subject has a temperature and a decoder of its own.
 *
 * @param scores - One entry per subject.
 * @returns Pooled scores, or null without subjects.
 * @throws Never.
 */
export function poolScores(scores: readonly Scores[]): Scores | null {
  if (scores.length === 0) return null
  const nClasses = scores[0]!.confusion.length
  const confusion = Array.from({ length: nClasses }, (_, i) =>
    Array.from({ length: nClasses }, (_, j) =>
      scores.reduce((sum, score) => sum + score.confusion[i]![j]!, 0),
    ),
  )
  const nTest = scores.reduce((sum, score) => sum + score.nTest, 0)
  const weighted = (value: (score: Scores) => number): number =>
    scores.reduce((sum, score) => sum + (value(score) * score.nTest) / nTest, 0)
  const curves = scores.flatMap((score) => (score.curves === undefined ? [] : [score.curves]))
  const withAuc = scores.every(({ auc }) => auc !== null)
  return {
    nTest,
    ...countScores(confusion),
    auc: withAuc ? weighted(({ auc }) => auc!) : null,
    logLoss: weighted(({ logLoss }) => logLoss),
    ece: weighted(({ ece }) => ece),
    confusion,
    ...(curves.length === scores.length ? { curves: sumCurves(curves) } : {}),
  }
}

function countScores(
  confusion: readonly (readonly number[])[],
): Pick<Scores, 'accuracy' | 'balancedAccuracy' | 'macroF1'> {
  const total = confusion.flat().reduce((sum, n) => sum + n, 0)
  const perClass = confusion.map((row, i) => {
    const truth = row.reduce((sum, n) => sum + n, 0)
    const predicted = confusion.reduce((sum, other) => sum + other[i]!, 0)
    return { hits: row[i]!, truth, predicted }
  })
  const shown = perClass.filter(({ truth }) => truth > 0)
  const used = perClass.filter(({ truth, predicted }) => truth + predicted > 0)
  return {
    accuracy: perClass.reduce((sum, { hits }) => sum + hits, 0) / total,
    balancedAccuracy: mean(shown.map(({ hits, truth }) => hits / truth)),
    macroF1: mean(used.map(({ hits, truth, predicted }) => (2 * hits) / (truth + predicted))),
  }
}

function describeFold(fold: Fold, model: string): ReportFold {
  const { calibrated, unaligned, zeroShot, temperature } = fold.models[model]!
  return {
    ...withoutCurves(calibrated),
    subject: fold.subject,
    unaligned: unaligned && withoutCurves(unaligned),
    zeroShot: zeroShot && withoutCurves(zeroShot),
    temperature,
    nTrainingVolumes: fold.nTrainingVolumes,
    nMaskVoxels: fold.nMaskVoxels,
    nSelectedVoxels: fold.nSelectedVoxels,
    nComponents: fold.nComponents,
    calibrationMinutes: fold.calibrationMinutes,
    ...(fold.choices === undefined ? {} : { choices: fold.choices }),
  }
}

/** The curves of all subjects together are in the report; those of each stay in its fold. */
function withoutCurves({ curves: _, ...scores }: Scores): Scores {
  return scores
}

function describeBaseline(folds: readonly Fold[], name: string): Baseline | null {
  const models = folds.map((fold) => fold.models[name]!)
  const summary = summarizeScores(models.map(({ calibrated }) => calibrated))
  if (summary === null) return null
  return {
    ...summary,
    unaligned: summarizeScores(present(models.map(({ unaligned }) => unaligned))),
    zeroShot: summarizeScores(present(models.map(({ zeroShot }) => zeroShot))),
    folds: folds.map((fold) => ({
      subject: fold.subject,
      accuracy: fold.models[name]!.calibrated.accuracy,
      balancedAccuracy: fold.models[name]!.calibrated.balancedAccuracy,
    })),
  }
}

/** Uniform guessing, and always naming the class that is most frequent over all subjects, as accuracy averaged over subjects. */
function chanceLevels(primary: readonly ModelFold[], nClasses: number): Report['chance'] {
  const counts = countClasses(primary, nClasses)
  const majority = counts.indexOf(Math.max(...counts))
  const rates = primary.map(
    ({ calibrated }) => sum(calibrated.confusion[majority]!) / calibrated.nTest,
  )
  return { uniform: 1 / nClasses, majority: rates.length === 0 ? 0 : mean(rates) }
}

function countClasses(primary: readonly ModelFold[], nClasses: number): number[] {
  return Array.from({ length: nClasses }, (_, c) =>
    sum(primary.map(({ calibrated }) => sum(calibrated.confusion[c]!))),
  )
}

const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0)
const mean = (values: readonly number[]): number => sum(values) / values.length
const present = <T>(values: readonly (T | null)[]): T[] =>
  values.filter((value): value is T => value !== null)
