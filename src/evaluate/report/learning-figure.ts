/** Learning curve -> accuracy and balanced accuracy by the minutes of calibration, with intervals over subjects. */
import * as Plot from '@observablehq/plot'
import type { LearningCurve, Report, Statistic } from '../../core/schemas/report.ts'
import { colors, drawPlot, formatFigure } from './figure.ts'
import { html, type Html } from './html.ts'
import { formatDecimal, formatInterval, formatProportion } from './numbers.ts'
import { formatTable } from './table.ts'

type Point = LearningCurve['points'][number]

/**
 * Two panels, and the same figures as a table.
 *
 * @param curve - The learning curve; it has at least one point.
 * @param chance - Chance levels of the report.
 * @returns Figure and table.
 * @throws Never.
 */
export function formatLearningCurve(curve: LearningCurve, chance: Report['chance']): Html {
  const { unit, points } = curve
  const figure = formatFigure(
    [
      drawPanel(curve, 'balanced accuracy', ({ balancedAccuracy }) => balancedAccuracy, chance),
      drawPanel(curve, 'accuracy', ({ accuracy }) => accuracy, chance),
    ],
    [
      { label: 'mean over subjects', color: colors.calibrated, shape: 'dot' },
      { label: '95 % CI', color: colors.calibrated, shape: 'line' },
      { label: 'chance', color: colors.chance, shape: 'dashed' },
    ],
    'The held-out subject is calibrated on less of its calibration data, from the start; everything else, the scored volumes too, stays the same.',
  )
  const table = formatTable<Point>(
    'Accuracy by calibration',
    [
      {
        heading: `calibration (${unit})`,
        cell: ({ amount }) => formatDecimal(amount, unit === 'runs' ? 0 : 1),
      },
      ...(unit === 'runs'
        ? [{ heading: 'minutes', cell: ({ minutes }: Point) => formatDecimal(minutes, 1) }]
        : []),
      ...statisticColumns('balanced accuracy', (point) => point.balancedAccuracy),
      ...statisticColumns('accuracy', (point) => point.accuracy),
    ],
    points,
  )
  return html`${figure}${table}`
}

function statisticColumns(
  heading: string,
  pick: (point: Point) => Statistic,
): { heading: string; cell: (point: Point) => string }[] {
  return [
    { heading, cell: (point) => formatProportion(pick(point).mean, 3) },
    { heading: '95 % CI', cell: (point) => formatInterval(pick(point).ci95) },
  ]
}

function drawPanel(
  { unit, points }: LearningCurve,
  name: string,
  pick: (point: Point) => Statistic,
  chance: Report['chance'],
): Html {
  const withInterval = points.filter((point) => pick(point).ci95 !== null)
  return drawPlot(`${name} by calibration`, {
    ...{ height: 300, marginLeft: 48, marginTop: 24, marginBottom: 42 },
    x: {
      ...{ label: `calibration (${unit})`, labelAnchor: 'center', labelArrow: 'none' },
      ...{ labelOffset: 36, ticks: 6, zero: true },
      ...(unit === 'runs' ? { tickFormat: 'd' } : {}),
    },
    y: {
      domain: [0, 1],
      label: name,
      labelAnchor: 'top',
      labelArrow: 'none',
      grid: true,
      ticks: 5,
    },
    marks: [
      Plot.ruleY([chance.uniform], { stroke: colors.chance, strokeDasharray: '5 3' }),
      Plot.ruleX(withInterval, {
        x: 'amount',
        y1: (point: Point) => Math.max(0, pick(point).ci95?.[0] ?? 0),
        y2: (point: Point) => Math.min(1, pick(point).ci95?.[1] ?? 0),
        ...{ stroke: colors.calibrated, strokeWidth: 2 },
      }),
      Plot.line(points, {
        x: 'amount',
        y: (point: Point) => pick(point).mean,
        stroke: colors.calibrated,
      }),
      Plot.dot(points, {
        ...{ x: 'amount', y: (point: Point) => pick(point).mean },
        ...{ fill: colors.calibrated, r: 4.5 },
      }),
    ],
  })
}
