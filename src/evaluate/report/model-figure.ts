/** Report -> the network beside its baselines: mean balanced accuracy with its interval, calibrated, unaligned and zero-shot. */
import * as Plot from '@observablehq/plot'
import type { Report, Statistic } from '../../core/schemas/report.ts'
import {
  colors,
  drawPlot,
  formatFigure,
  labelMargin,
  shortLabel,
  type LegendEntry,
} from './figure.ts'
import type { Html } from './html.ts'
import { listModels, type ModelRow } from './model-rows.ts'

interface Mark {
  readonly model: string
  readonly statistic: Statistic
}

const conditions = [
  { condition: 'calibrated', color: colors.calibrated, symbol: 'circle', shape: 'dot' },
  { condition: 'unaligned', color: colors.unaligned, symbol: 'circle', shape: 'ring' },
  { condition: 'zero-shot', color: colors.zeroShot, symbol: 'square', shape: 'square' },
  { condition: 'within-subject', color: colors.oracle, symbol: 'diamond', shape: 'square' },
] as const

/**
 * One group of rows per classifier.
 *
 * @param report - The report; it has a summary.
 * @returns The figure.
 * @throws Never.
 */
export function formatModelFigure(report: Report): Html {
  const rows = listModels(report)
  const models = [...new Set(rows.map(({ model }) => shortLabel(model)))]
  const shown = conditions.filter(({ condition }) => rows.some((r) => r.condition === condition))
  const plot = drawPlot('balanced accuracy of every classifier', {
    height: 66 + models.length * (14 + 13 * shown.length),
    marginBottom: 42,
    marginLeft: labelMargin(models),
    x: {
      domain: [0, 1],
      label: 'balanced accuracy',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 36,
      ticks: 5,
      grid: true,
    },
    y: { domain: models, label: null, tickSize: 0 },
    marks: [
      Plot.ruleX([report.chance.uniform], {
        stroke: colors.chance,
        strokeDasharray: '5 3',
        strokeWidth: 1.5,
      }),
      ...shown.flatMap((style, i) => drawCondition(rows, style, 13 * (i - (shown.length - 1) / 2))),
    ],
  })
  const legend: LegendEntry[] = shown.map(({ condition, color, shape }) => ({
    label: condition,
    color,
    shape,
  }))
  const withinText =
    report.withinSubject === null
      ? ''
      : ' Within-subject: every run decoded by what the other runs of the same subject taught.'
  return formatFigure(
    [plot],
    [...legend, { label: 'chance', color: colors.chance, shape: 'dashed' }],
    `Mean over subjects with its 95 % confidence interval. Calibrated: the subject is brought into the common space by its calibration runs. Unaligned: scaled by them, not aligned. Zero-shot: nothing of the subject was used.${withinText}`,
  )
}

function drawCondition(
  rows: readonly ModelRow[],
  { condition, color, symbol }: (typeof conditions)[number],
  dy: number,
): Plot.Markish[] {
  const marks: Mark[] = rows
    .filter((row) => row.condition === condition)
    .map(({ model, summary }) => ({
      model: shortLabel(model),
      statistic: summary.balancedAccuracy,
    }))
  const withInterval = marks.filter(({ statistic }) => statistic.ci95 !== null)
  const isFilled = condition !== 'unaligned'
  return [
    Plot.ruleY(withInterval, {
      x1: ({ statistic }: Mark) => Math.max(0, statistic.ci95?.[0] ?? 0),
      x2: ({ statistic }: Mark) => Math.min(1, statistic.ci95?.[1] ?? 0),
      y: 'model',
      stroke: color,
      strokeWidth: 2,
      dy,
    }),
    Plot.dot(marks, {
      x: ({ statistic }: Mark) => statistic.mean,
      y: 'model',
      symbol,
      stroke: color,
      strokeWidth: 2,
      fill: isFilled ? color : 'var(--page)',
      r: 4,
      dy,
    }),
  ]
}
