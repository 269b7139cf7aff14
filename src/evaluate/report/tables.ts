/** Report -> its tables: every measure with its intervals, every subject, every classifier, the data, the failures. */
import type { Report, ReportFold, Statistic } from '../../core/schemas/report.ts'
import { html, type Html } from './html.ts'
import { listModels, type ModelRow } from './model-rows.ts'
import { formatCount, formatDecimal, formatInterval, formatProportion } from './numbers.ts'
import { formatTable } from './table.ts'

/**
 * Every measure over subjects, with its spread and intervals.
 *
 * @param report - The report.
 * @returns The table; empty without a summary.
 * @throws Never.
 */
export function formatMeasureTable({ summary }: Report): Html {
  if (summary === null) return html``
  const rows: { name: string; statistic: Statistic | null; isProportion: boolean }[] = [
    { name: 'balanced accuracy', statistic: summary.balancedAccuracy, isProportion: true },
    { name: 'accuracy', statistic: summary.accuracy, isProportion: true },
    { name: 'macro F1', statistic: summary.macroF1, isProportion: true },
    { name: 'AUC (one against rest)', statistic: summary.auc, isProportion: true },
    { name: 'log loss', statistic: summary.logLoss, isProportion: false },
    { name: 'calibration error (ECE)', statistic: summary.ece, isProportion: true },
  ]
  const measured = rows.flatMap(({ name, statistic, isProportion }) =>
    statistic === null
      ? []
      : [
          {
            name,
            statistic,
            format: isProportion ? proportion : (v: number) => formatDecimal(v, 3),
          },
        ],
  )
  return formatTable(
    'Measures over subjects',
    [
      { heading: 'measure', text: true, cell: ({ name }) => name },
      { heading: 'mean', cell: ({ statistic, format }) => format(statistic.mean) },
      { heading: 'SD', cell: ({ statistic, format }) => format(statistic.sd) },
      {
        heading: '95 % CI (t)',
        cell: ({ statistic, format }) => formatInterval(statistic.ci95, format),
      },
      {
        heading: '95 % CI (bootstrap)',
        cell: ({ statistic, format }) =>
          statistic.bootstrap95 == null ? '–' : formatInterval(statistic.bootstrap95, format),
      },
      {
        heading: '99 % CI (t)',
        cell: ({ statistic, format }) => formatInterval(statistic.ci99, format),
      },
    ],
    measured,
  )
}

/**
 * Every classifier under every condition.
 *
 * @param report - The report.
 * @returns The table.
 * @throws Never.
 */
export function formatModelTable(report: Report): Html {
  return formatTable<ModelRow>(
    'Classifiers',
    [
      { heading: 'classifier', text: true, cell: ({ model }) => model },
      { heading: 'condition', text: true, cell: ({ condition }) => condition },
      {
        heading: 'balanced accuracy',
        cell: ({ summary }) => formatProportion(summary.balancedAccuracy.mean),
      },
      { heading: '95 % CI', cell: ({ summary }) => formatInterval(summary.balancedAccuracy.ci95) },
      { heading: 'accuracy', cell: ({ summary }) => formatProportion(summary.accuracy.mean) },
      { heading: 'macro F1', cell: ({ summary }) => formatProportion(summary.macroF1.mean) },
      { heading: 'log loss', cell: ({ summary }) => formatDecimal(summary.logLoss.mean) },
    ],
    listModels(report),
  )
}

/**
 * Scores of every subject.
 *
 * @param report - The report.
 * @returns The table.
 * @throws Never.
 */
export function formatSubjectTable({ folds }: Report): Html {
  return formatTable<ReportFold>(
    'Scores of every subject',
    [
      { heading: 'subject', text: true, cell: ({ subject }) => subject },
      { heading: 'scored', cell: ({ nTest }) => formatCount(nTest) },
      { heading: 'balanced acc.', cell: (fold) => proportion(fold.balancedAccuracy) },
      { heading: 'accuracy', cell: ({ accuracy }) => proportion(accuracy) },
      { heading: 'macro F1', cell: ({ macroF1 }) => proportion(macroF1) },
      { heading: 'AUC', cell: ({ auc }) => orDash(auc, proportion) },
      { heading: 'log loss', cell: ({ logLoss }) => formatDecimal(logLoss, 3) },
      { heading: 'ECE', cell: ({ ece }) => proportion(ece) },
      {
        heading: 'unaligned bal. acc.',
        cell: ({ unaligned }) => orDash(unaligned?.balancedAccuracy, proportion),
      },
      {
        heading: 'zero-shot bal. acc.',
        cell: ({ zeroShot }) => orDash(zeroShot?.balancedAccuracy, proportion),
      },
    ],
    folds,
  )
}

/**
 * What every subject's classifier was made of: voxels before and after selection, training volumes, calibration.
 *
 * @param report - The report.
 * @returns The table.
 * @throws Never.
 */
export function formatFoldTable({ folds }: Report): Html {
  return formatTable<ReportFold>(
    'Voxels, training and calibration of every subject',
    [
      { heading: 'subject', text: true, cell: ({ subject }) => subject },
      { heading: 'voxels in mask', cell: (fold) => formatCount(fold.nMaskVoxels) },
      { heading: 'after selection', cell: (fold) => formatCount(fold.nSelectedVoxels) },
      { heading: 'components', cell: (fold) => formatCount(fold.nComponents) },
      { heading: 'training volumes', cell: (fold) => formatCount(fold.nTrainingVolumes) },
      { heading: 'calibration (min)', cell: (fold) => formatDecimal(fold.calibrationMinutes, 1) },
      { heading: 'temperature', cell: ({ temperature }) => formatDecimal(temperature) },
    ],
    folds,
  )
}

/**
 * The data that were used, what was left out, and how many of each class were scored.
 *
 * @param report - The report.
 * @returns Two tables.
 * @throws Never.
 */
export function formatDataTables(report: Report): Html {
  const { data, classes, classCounts, unit, excludedSubjects, failedFolds } = report
  const nScored = classCounts.reduce((total, count) => total + count, 0)
  const facts: [string, string][] = [
    ['dataset', data.dataset],
    ['subjects', `${data.subjects.length} (${data.subjects.join(', ')})`],
    ['runs', formatCount(data.nRuns)],
    ['volumes', formatCount(data.nVolumes)],
    ['labelled volumes', formatCount(data.nLabelledVolumes)],
    ['volumes without a class, left out', formatCount(data.nDroppedVolumes)],
    ['excluded subjects', excludedSubjects.length === 0 ? 'none' : excludedSubjects.join(', ')],
    [
      'failed folds',
      failedFolds.length === 0 ? 'none' : failedFolds.map(({ subject }) => subject).join(', '),
    ],
    ['repetition time', `${data.trSeconds} s`],
  ]
  const list = facts.map(
    ([name, value]) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`,
  )
  const counts = formatTable(
    `Scored ${unit}s of each class`,
    [
      { heading: 'class', text: true, cell: ({ name }) => name },
      { heading: `${unit}s`, cell: ({ count }) => formatCount(count) },
      {
        heading: 'share',
        cell: ({ count }) => (nScored === 0 ? '–' : proportion(count / nScored)),
      },
    ],
    classes.map((name, i) => ({ name, count: classCounts[i] ?? 0 })),
  )
  return html`<dl>${list}</dl>
    ${counts}`
}

function proportion(value: number): string {
  return formatProportion(value, 3)
}

function orDash(value: number | null | undefined, format: (value: number) => string): string {
  return value == null ? '–' : format(value)
}
