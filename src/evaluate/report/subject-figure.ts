/** Report -> dot plots of every subject: balanced accuracy and accuracy, calibrated beside unaligned, with mean, interval, chance and ceiling. */
import * as Plot from '@observablehq/plot'
import type { Report, ReportFold, Scores, Statistic } from '../../core/schemas/report.ts'
import {
  colors,
  drawPlot,
  formatFigure,
  labelMargin,
  shortLabel,
  type LegendEntry,
} from './figure.ts'
import type { Html } from './html.ts'
import { isSingleSplit } from './scored.ts'

type Measure = 'accuracy' | 'balancedAccuracy'

const names: Record<Measure, string> = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
}

/**
 * One row per subject, in two panels: majority chance and the ceiling are accuracies, so they stand in that panel only.
 *
 * @param report - The report; it has at least one fold.
 * @returns The figure.
 * @throws Never.
 */
export function formatSubjectFigure(report: Report): Html {
  const hasUnaligned = report.folds.some(({ unaligned }) => unaligned !== null)
  const balanced = drawPanel(report, 'balancedAccuracy', report.summary?.balancedAccuracy)
  const plain = drawPanel(report, 'accuracy', report.summary?.accuracy)
  return formatFigure([balanced, plain], describeMarks(report, hasUnaligned), caption(report))
}

function drawPanel(report: Report, measure: Measure, statistic: Statistic | undefined): Html {
  const { folds, chance, oracle } = report
  const label = ({ subject }: ReportFold): string => shortLabel(subject)
  const pairs = folds.flatMap((fold) =>
    fold.unaligned === null ? [] : [{ fold, unaligned: fold.unaligned }],
  )
  const vertical = (value: number, stroke: string, dashes: string): Plot.Markish =>
    Plot.ruleX([value], { stroke, strokeDasharray: dashes, strokeWidth: 1.5 })
  const isAccuracy = measure === 'accuracy'
  return drawPlot(`${names[measure]} of every subject`, {
    height: 66 + 20 * folds.length,
    marginBottom: 42,
    marginLeft: labelMargin(folds.map(label)),
    x: {
      domain: [0, 1],
      label: names[measure],
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 36,
      ticks: 5,
      grid: true,
    },
    y: { domain: folds.map(label), label: null, tickSize: 0 },
    marks: [
      band(statistic),
      vertical(chance.uniform, colors.chance, '5 3'),
      isAccuracy ? vertical(chance.majority, colors.chance, '1 3') : null,
      isAccuracy && oracle !== null ? vertical(oracle.accuracy, colors.oracle, '7 3') : null,
      statistic === undefined
        ? null
        : Plot.ruleX([statistic.mean], { stroke: colors.calibrated, strokeWidth: 1.5 }),
      Plot.link(pairs, {
        x1: ({ unaligned }: { unaligned: Scores }) => unaligned[measure],
        x2: ({ fold }: { fold: ReportFold }) => fold[measure],
        y: ({ fold }: { fold: ReportFold }) => label(fold),
        stroke: colors.faint,
      }),
      Plot.dot(pairs, {
        x: ({ unaligned }: { unaligned: Scores }) => unaligned[measure],
        y: ({ fold }: { fold: ReportFold }) => label(fold),
        stroke: colors.unaligned,
        strokeWidth: 2,
        fill: 'var(--page)',
        r: 4,
      }),
      Plot.dot(folds, {
        x: (fold: ReportFold) => fold[measure],
        y: label,
        fill: colors.calibrated,
        r: 4.5,
      }),
    ],
  })
}

function band(statistic: Statistic | undefined): Plot.Markish {
  if (statistic?.ci95 == null) return null
  const [low, high] = statistic.ci95
  return Plot.rectX([{ x1: Math.max(0, low), x2: Math.min(1, high) }], {
    x1: 'x1',
    x2: 'x2',
    fill: colors.calibrated,
    fillOpacity: 0.15,
  })
}

function describeMarks(report: Report, hasUnaligned: boolean): LegendEntry[] {
  const entries: (LegendEntry | false)[] = [
    { label: 'calibrated', color: colors.calibrated, shape: 'dot' },
    hasUnaligned && { label: 'unaligned', color: colors.unaligned, shape: 'ring' },
    { label: 'mean', color: colors.calibrated, shape: 'line' },
    report.folds.length > 1 && { label: '95 % CI', color: colors.calibrated, shape: 'band' },
    { label: 'chance', color: colors.chance, shape: 'dashed' },
    { label: 'majority class', color: colors.chance, shape: 'dotted' },
    report.oracle !== null && {
      label: 'true-parameter classifier',
      color: colors.oracle,
      shape: 'dashed',
    },
  ]
  return entries.filter((entry) => entry !== false)
}

function caption(report: Report): string {
  const { folds, unit, oracle } = report
  const ceiling =
    oracle === null
      ? ''
      : ` The true-parameter classifier knows how the data were simulated; no decoder can expect more (${oracle.source}).`
  if (isSingleSplit(report))
    return `The test part of the split, one ${unit} at a time. There is no interval, as subjects were not what was held out.${ceiling}`
  return `${folds.length === 1 ? 'The subject' : `The ${folds.length} subjects`}, scored on their evaluation runs, one ${unit} at a time. The interval is over subjects (Student t).${ceiling}`
}
