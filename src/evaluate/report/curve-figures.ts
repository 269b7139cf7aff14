/** Pooled counts of a report -> ROC curves of every class against the others, and the reliability curve with its calibration error. */
import * as Plot from '@observablehq/plot'
import type { Curves, Report } from '../../core/schemas/report.ts'
import {
  calibrationError,
  reliabilityPoints,
  rocArea,
  rocPoints,
  type ReliabilityPoint,
  type RocPoint,
} from '../metrics/index.ts'
import { classColor, colors, drawPlot, formatFigure, type LegendEntry } from './figure.ts'
import type { Html } from './html.ts'
import { formatProportion } from './numbers.ts'

/** Both axes run from 0 to 1. */
const unitAxes = (x: string, y: string): Plot.PlotOptions => ({
  height: 340,
  marginLeft: 48,
  marginTop: 24,
  marginBottom: 42,
  x: {
    ...{ domain: [0, 1], label: x, labelAnchor: 'center', labelArrow: 'none' },
    ...{ labelOffset: 36, ticks: 5, grid: true },
  },
  y: { domain: [0, 1], label: y, labelAnchor: 'top', labelArrow: 'none', ticks: 5, grid: true },
})

const diagonal = (): Plot.Markish =>
  Plot.link([{ from: 0, to: 1 }], {
    ...{ x1: 'from', y1: 'from', x2: 'to', y2: 'to' },
    ...{ stroke: colors.chance, strokeDasharray: '5 3' },
  })

/**
 * Two panels: how well each class is told from the others at every threshold, and whether probabilities mean what they say.
 *
 * @param report - Names the classes.
 * @param curves - Counts over all subjects.
 * @returns The figure.
 * @throws Never.
 */
export function formatCurveFigure({ classes }: Pick<Report, 'classes'>, curves: Curves): Html {
  const roc = curves.roc.map((counts, c) => ({ c, points: rocPoints(counts) }))
  const error = calibrationError(curves.reliability)
  const legend: LegendEntry[] = [
    ...roc.flatMap(({ c, points }): LegendEntry[] =>
      points.length === 0
        ? []
        : [
            {
              label: `${classes[c] ?? ''}: AUC ${formatProportion(rocArea(points), 3)}`,
              color: classColor(c),
              shape: 'line',
            },
          ],
    ),
    { label: 'reliability', color: colors.calibrated, shape: 'dot' },
    { label: 'chance; perfect calibration', color: colors.chance, shape: 'dashed' },
  ]
  return formatFigure(
    [drawRoc(roc), drawReliability(reliabilityPoints(curves.reliability))],
    legend,
    `Left: every class against the others, all subjects together, at fixed thresholds on its log odds. Right: accuracy of the volumes decoded with a given confidence; the area of a dot grows with their number. Below the diagonal the decoder is too sure of itself. The calibration error over all subjects together is ${formatProportion(error, 3)}.`,
  )
}

function drawRoc(roc: readonly { c: number; points: readonly RocPoint[] }[]): Html {
  return drawPlot('ROC curve of every class against the others', {
    ...unitAxes('false positive rate', 'true positive rate'),
    marks: [
      diagonal(),
      ...roc.map(({ c, points }) =>
        Plot.line(points, {
          ...{ x: 'falsePositive', y: 'truePositive' },
          ...{ stroke: classColor(c), strokeWidth: 2.5 },
        }),
      ),
    ],
  })
}

function drawReliability(points: readonly ReliabilityPoint[]): Html {
  return drawPlot('accuracy by confidence', {
    ...unitAxes('confidence', 'accuracy'),
    r: { range: [0, 12] },
    marks: [
      diagonal(),
      Plot.line(points, { x: 'meanConfidence', y: 'accuracy', stroke: colors.calibrated }),
      Plot.dot(points, {
        ...{ x: 'meanConfidence', y: 'accuracy', r: 'count' },
        ...{ fill: colors.calibrated, fillOpacity: 0.55, stroke: colors.calibrated },
      }),
    ],
  })
}
