/** Reports of several runs -> one row per run, paired differences over common subjects, and what a leaking protocol adds to a strict one. */
import type { Report, Statistic } from '../core/schemas/report.ts'
import { oneSampleT, summarize, wilcoxonSignedRank } from './statistics.ts'

/** A run that is compared. */
export interface NamedReport {
  /** As the user calls it, such as its folder. */
  readonly run: string
  readonly report: Report
}

/** What the table shows of a run. */
export interface RunRow {
  readonly run: string
  readonly name: string
  readonly protocol: Report['protocol']
  readonly model: string
  readonly nSubjects: number
  readonly nFailed: number
  readonly accuracy: Pick<Statistic, 'mean' | 'ci95'> | null
  readonly balancedAccuracy: Pick<Statistic, 'mean' | 'ci95'> | null
  readonly unaligned: number | null
  readonly chance: Report['chance']
  readonly permutationP: number | null
  readonly leaks: readonly string[]
}

/** Balanced accuracy of run `a` less that of run `b`, over the subjects that both scored. */
export interface RunDifference {
  readonly a: string
  readonly b: string
  readonly nCommon: number
  readonly meanDifference: number
  readonly ci95: Statistic['ci95']
  /** Two-sided, of the paired t test and of Wilcoxon's test; NaN in the first below two subjects. */
  readonly p: number
  readonly pWilcoxon: number
}

/** How much more a leaking run shows than a strict one of the same data, for one classifier. */
export interface Optimism {
  readonly strict: string
  readonly leaking: string
  /** The classifier of the strict run and that of the other. */
  readonly models: readonly [strict: string, leaking: string]
  readonly accuracy: readonly [strict: number, leaking: number]
  readonly balancedAccuracy: readonly [strict: number, leaking: number]
  readonly leaks: readonly string[]
}

/** Runs side by side. */
export interface RunComparison {
  readonly runs: readonly RunRow[]
  readonly differences: readonly RunDifference[]
  readonly optimism: readonly Optimism[]
}

/**
 * Puts runs side by side.
 *
 * @param reports - The runs, in the order of the table.
 * @returns Rows, differences of every pair that shares subjects of one dataset, and the optimism of every leaking run beside every strict
 *   one of the same dataset: for the models of both, and for every classifier that both have.
 * @throws Never.
 * @remarks Two runs are of the same data when their datasets have the same hash, or the same name and subjects in common: masks and labels,
 *   which settings may change, are part of the hash.
 */
export function compareRuns(reports: readonly NamedReport[]): RunComparison {
  const pairs = reports.flatMap((a, i) =>
    reports.slice(i + 1).flatMap((b) => (isSameData(a.report, b.report) ? [[a, b] as const] : [])),
  )
  return {
    runs: reports.map(describeRun),
    differences: pairs.flatMap(([a, b]) => comparePair(a, b)),
    optimism: pairs.flatMap(([a, b]) => {
      const [strict, leaking] = a.report.leaks.length === 0 ? [a, b] : [b, a]
      const isPair = strict.report.leaks.length === 0 && leaking.report.leaks.length > 0
      return isPair ? findOptimism(strict, leaking) : []
    }),
  }
}

function describeRun({ run, report }: NamedReport): RunRow {
  const { summary, permutation, model } = report
  return {
    ...{ run, name: report.name, protocol: report.protocol, model },
    ...{ nSubjects: report.folds.length, nFailed: report.failedFolds.length },
    accuracy: summary && { mean: summary.accuracy.mean, ci95: summary.accuracy.ci95 },
    balancedAccuracy: summary && {
      mean: summary.balancedAccuracy.mean,
      ci95: summary.balancedAccuracy.ci95,
    },
    unaligned: report.unaligned?.balancedAccuracy.mean ?? null,
    chance: report.chance,
    permutationP: permutation?.models[model]?.p ?? null,
    leaks: report.leaks,
  }
}

function isSameData(a: Report, b: Report): boolean {
  if (a.provenance.datasetSha256 === b.provenance.datasetSha256) return true
  return (
    a.data.dataset === b.data.dataset &&
    a.data.subjects.some((subject) => b.data.subjects.includes(subject))
  )
}

function comparePair(a: NamedReport, b: NamedReport): RunDifference[] {
  const differences = a.report.folds.flatMap((fold) => {
    const other = b.report.folds.find(({ subject }) => subject === fold.subject)
    return other === undefined ? [] : [fold.balancedAccuracy - other.balancedAccuracy]
  })
  if (differences.length === 0) return []
  const { mean, ci95 } = summarize(differences)
  const { p } = oneSampleT(differences, 0, 'two-sided')
  const isTied = differences.every((difference) => difference === 0)
  return [
    {
      ...{ a: a.run, b: b.run, nCommon: differences.length, meanDifference: mean, ci95 },
      p: isTied ? 1 : p,
      pWilcoxon: wilcoxonSignedRank(differences, 0, 'two-sided').p,
    },
  ]
}

function findOptimism(strict: NamedReport, leaking: NamedReport): Optimism[] {
  const ofStrict = scoresOf(strict.report)
  const ofLeaking = scoresOf(leaking.report)
  const models = [strict.report.model, leaking.report.model] as const
  const common = Object.keys(ofStrict).filter(
    (name) => name in ofLeaking && !(name === models[0] && name === models[1]),
  )
  return [models, ...common.map((name) => [name, name] as const)].flatMap(([one, other]) => {
    const a = ofStrict[one]
    const b = ofLeaking[other]
    if (a === undefined || b === undefined) return []
    return [
      {
        ...{ strict: strict.run, leaking: leaking.run, models: [one, other] as const },
        accuracy: [a.accuracy, b.accuracy] as const,
        balancedAccuracy: [a.balancedAccuracy, b.balancedAccuracy] as const,
        leaks: leaking.report.leaks,
      },
    ]
  })
}

function scoresOf({
  model,
  summary,
  baselines,
}: Report): Record<string, { readonly accuracy: number; readonly balancedAccuracy: number }> {
  const entries = [
    ...(summary === null ? [] : [[model, summary] as const]),
    ...Object.entries(baselines),
  ]
  return Object.fromEntries(
    entries.map(([name, { accuracy, balancedAccuracy }]) => [
      name,
      { accuracy: accuracy.mean, balancedAccuracy: balancedAccuracy.mean },
    ]),
  )
}
