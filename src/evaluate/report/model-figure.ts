/** Report -> the network beside its baselines: mean balanced accuracy with its interval, calibrated, unaligned and zero-shot. */
import * as Plot from '@observablehq/plot'
import type { Report } from '../../core/schemas/report.ts'
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

interface Mark extends ModelRow {
  /** Pixels below the top of the first row. */
  readonly y: number
}

const conditions = [
  { condition: 'calibrated', color: colors.calibrated, symbol: 'circle', shape: 'dot' },
  { condition: 'unaligned', color: colors.unaligned, symbol: 'circle', shape: 'ring' },
  { condition: 'zero-shot', color: colors.zeroShot, symbol: 'square', shape: 'square' },
  { condition: 'within-subject', color: colors.oracle, symbol: 'diamond', shape: 'diamond' },
] as const

/**
 * One group of rows per classifier.
 *
 * @param report - The report; it has a summary.
 * @returns The figure.
 * @throws Never.
 */
export function formatModelFigure(report: Report): Html {
  const { marks, labels, height } = placeRows(listModels(report))
  const shown = conditions.filter(({ condition }) => marks.some((m) => m.condition === condition))
  const plot = drawPlot('balanced accuracy of every classifier', {
    ...{ height: height + 66, marginTop: 16, marginBottom: 50 },
    marginLeft: labelMargin(labels.map(({ label }) => label)),
    x: {
      domain: [0, 1],
      label: 'balanced accuracy',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 36,
      ticks: 5,
      grid: true,
    },
    y: { domain: [height, 0], axis: null },
    marks: [
      Plot.ruleX([report.chance.uniform], {
        stroke: colors.chance,
        strokeDasharray: '5 3',
        strokeWidth: 1.5,
      }),
      Plot.text(labels, {
        ...{ text: 'label', y: 'y', textAnchor: 'end', dx: -8 },
        frameAnchor: 'left',
      }),
      ...shown.flatMap((style) => drawCondition(marks, style)),
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
    report.protocol === 'paper'
      ? 'Mean with its 95 % confidence interval over subjects, if there are any. No run of a subject is kept for calibration alone under this protocol.'
      : `Mean over subjects with its 95 % confidence interval. Calibrated: the subject is brought into the common space by its calibration runs. Unaligned: scaled by them, not aligned. Zero-shot: nothing of the subject was used.${withinText}`,
  )
}

const [lineHeight, gap] = [13, 11]

/** Rows below each other, the conditions of a classifier close together; its label stands beside the middle of them. */
function placeRows(rows: readonly ModelRow[]): {
  readonly marks: readonly Mark[]
  readonly labels: readonly { readonly label: string; readonly y: number }[]
  readonly height: number
} {
  const marks: Mark[] = []
  const labels: { label: string; y: number }[] = []
  let y = 0
  for (const model of new Set(rows.map((row) => row.model))) {
    const own = rows.filter((row) => row.model === model)
    own.forEach((row, i) => marks.push({ ...row, y: y + (i + 0.5) * lineHeight }))
    labels.push({ label: shortLabel(model), y: y + (own.length * lineHeight) / 2 })
    y += own.length * lineHeight + gap
  }
  return { marks, labels, height: y - gap }
}

function drawCondition(
  all: readonly Mark[],
  { condition, color, symbol }: (typeof conditions)[number],
): Plot.Markish[] {
  const marks = all.filter((mark) => mark.condition === condition)
  const interval = ({ summary }: Mark): readonly number[] | null => summary.balancedAccuracy.ci95
  const withInterval = marks.filter((mark) => interval(mark) !== null)
  return [
    Plot.ruleY(withInterval, {
      x1: (mark: Mark) => Math.max(0, interval(mark)?.[0] ?? 0),
      x2: (mark: Mark) => Math.min(1, interval(mark)?.[1] ?? 0),
      y: 'y',
      stroke: color,
      strokeWidth: 2,
    }),
    Plot.dot(marks, {
      x: ({ summary }: Mark) => summary.balancedAccuracy.mean,
      y: 'y',
      symbol,
      stroke: color,
      strokeWidth: 2,
      fill: condition === 'unaligned' ? 'var(--page)' : color,
      r: 4,
    }),
  ]
}
