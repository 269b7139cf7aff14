/** Training records of all folds -> loss and accuracy by epoch, every fold thin and their mean thick. */
import * as Plot from '@observablehq/plot'
import type { Report } from '../../core/schemas/report.ts'
import { colors, drawPlot, formatFigure, type LegendEntry } from './figure.ts'
import type { Html } from './html.ts'

type Curves = Report['trainingCurves']
type Epoch = Curves[number]['epochs'][number]

/** One value of one fold at one epoch. */
interface Point {
  readonly subject: string
  /** From 1, as people count. */
  readonly epoch: number
  readonly value: number
}

const validations = {
  strict: {
    label: 'inner validation',
    text: 'Inner validation: the inner fit on the training subjects that it left out, never on the subject that is scored.',
  },
  paper: {
    label: 'validation',
    text: 'The epoch was chosen on the validation data. Where they are scored as well, the leaks above say so.',
  },
} as const

interface Series {
  readonly key: Exclude<keyof Epoch, 'epoch'>
  readonly color: string
}

/**
 * Two panels: loss and accuracy, each on training and on validation data.
 *
 * @param curves - The training records; at least one fold has epochs.
 * @param protocol - Says whose data validation data are.
 * @returns The figure.
 * @throws Never.
 */
export function formatTrainingFigure(curves: Curves, protocol: Report['protocol']): Html {
  const hasValidation = curves.some(({ epochs }) =>
    epochs.some((epoch) => epoch.validationLoss !== undefined),
  )
  const legend: LegendEntry[] = [
    { label: 'training', color: colors.calibrated, shape: 'line' },
    ...(hasValidation
      ? [{ label: validations[protocol].label, color: colors.unaligned, shape: 'line' } as const]
      : []),
  ]
  return formatFigure(
    [
      drawPanel(curves, 'loss', undefined, [
        { key: 'loss', color: colors.calibrated },
        { key: 'validationLoss', color: colors.unaligned },
      ]),
      drawPanel(
        curves,
        'accuracy',
        [0, 1],
        [
          { key: 'accuracy', color: colors.calibrated },
          { key: 'validationAccuracy', color: colors.unaligned },
        ],
      ),
    ],
    legend,
    `Thin: one fold each. Thick: mean of the folds, up to the epoch that half of them reached.${hasValidation ? ` ${validations[protocol].text}` : ''}`,
  )
}

function drawPanel(
  curves: Curves,
  name: string,
  domain: [number, number] | undefined,
  series: readonly Series[],
): Html {
  const points = series.map(({ key, color }) => ({ color, points: listPoints(curves, key) }))
  const nEpochs = Math.max(...points.flatMap((s) => s.points.map(({ epoch }) => epoch)))
  const top = Math.max(...points.flatMap((s) => s.points.map(({ value }) => value)))
  return drawPlot(`${name} by epoch`, {
    height: 260,
    marginLeft: 48,
    marginTop: 24,
    marginBottom: 42,
    x: {
      label: 'epoch',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 36,
      ticks: Math.min(6, Math.max(1, nEpochs - 1)),
      tickFormat: 'd',
    },
    y: {
      label: name,
      labelAnchor: 'top',
      labelArrow: 'none',
      grid: true,
      ticks: 5,
      domain: domain ?? [0, top],
    },
    marks: [
      ...points.map(({ points, color }) =>
        Plot.line(points, {
          x: 'epoch',
          y: 'value',
          z: 'subject',
          stroke: color,
          strokeWidth: 1,
          strokeOpacity: 0.35,
        }),
      ),
      ...points.map(({ points, color }) =>
        Plot.line(averageFolds(points), { x: 'epoch', y: 'value', stroke: color, strokeWidth: 3 }),
      ),
    ],
  })
}

function listPoints(curves: Curves, key: Series['key']): Point[] {
  return curves.flatMap(({ subject, epochs }) =>
    epochs.flatMap((record) => {
      const value = record[key]
      return value === undefined ? [] : [{ subject, epoch: record.epoch + 1, value }]
    }),
  )
}

/** Folds stop at different epochs; beyond the epoch that half of them reached, the mean would jump from one fold to another. */
function averageFolds(points: readonly Point[]): Point[] {
  const nFolds = new Set(points.map(({ subject }) => subject)).size
  const totals = new Map<number, { sum: number; n: number }>()
  for (const { epoch, value } of points) {
    const { sum, n } = totals.get(epoch) ?? { sum: 0, n: 0 }
    totals.set(epoch, { sum: sum + value, n: n + 1 })
  }
  return [...totals]
    .filter(([, { n }]) => n * 2 >= nFolds)
    .sort(([a], [b]) => a - b)
    .map(([epoch, { sum, n }]) => ({ subject: 'mean', epoch, value: sum / n }))
}
