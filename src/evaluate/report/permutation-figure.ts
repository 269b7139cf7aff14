/** Permutation test -> a histogram of the scores with permuted labels for every classifier, the observed score beside it, and a table of p-values. */
import * as Plot from '@observablehq/plot'
import type { Permutation, Report } from '../../core/schemas/report.ts'
import { colors, drawPlot, formatFigure } from './figure.ts'
import { html, type Html } from './html.ts'
import { formatCount, formatPValue, formatProportion } from './numbers.ts'
import { formatTable } from './table.ts'

type Tested = Permutation['models'][string]

/** More panels than this say nothing that the table does not. */
const mostPanels = 4

/**
 * Histograms of the reported model and the first baselines, and p-values of all.
 *
 * @param permutation - The test; it has at least one permutation.
 * @param report - Names the reported model and chance.
 * @returns Figure and table.
 * @throws Never.
 */
export function formatPermutation(
  permutation: Permutation,
  { model, chance }: Pick<Report, 'model' | 'chance'>,
): Html {
  const models = Object.entries(permutation.models).sort(
    ([a], [b]) => Number(b === model) - Number(a === model),
  )
  const shown = models.filter(([, tested]) => tested.null.length > 0).slice(0, mostPanels)
  const figure = formatFigure(
    shown.map(([name, tested]) => drawHistogram(name, tested, chance.uniform)),
    [
      { label: 'permuted labels', color: colors.faint, shape: 'square' },
      { label: 'true labels', color: colors.calibrated, shape: 'line' },
      { label: 'chance', color: colors.chance, shape: 'dashed' },
    ],
    `Mean balanced accuracy over subjects in ${formatCount(permutation.n)} repetitions of the whole pipeline with labels exchanged block by block within runs. p = (b + 1) / (m + 1).`,
  )
  return html`${figure}${formatTests(models)}`
}

function drawHistogram(name: string, tested: Tested, chance: number): Html {
  return drawPlot(`permutation scores of ${name}`, {
    ...{ height: 240, marginLeft: 48, marginTop: 30, marginBottom: 42 },
    x: {
      ...{ domain: [0, 1], label: `${name}: balanced accuracy`, labelAnchor: 'center' },
      ...{ labelArrow: 'none', labelOffset: 36, ticks: 5 },
    },
    y: {
      label: 'permutations',
      labelAnchor: 'top',
      labelArrow: 'none',
      ticks: 4,
      tickFormat: 'd',
      grid: true,
    },
    marks: [
      Plot.rectY(tested.null, {
        ...Plot.binX({ y: 'count' }, { x: (score: number) => score, thresholds: binEdges }),
        ...{ fill: colors.faint, inset: 0 },
      }),
      Plot.ruleX([chance], { stroke: colors.chance, strokeDasharray: '5 3', strokeWidth: 1.5 }),
      Plot.ruleX([tested.observed], { stroke: colors.calibrated, strokeWidth: 2.5 }),
    ],
  })
}

const binEdges = Array.from({ length: 101 }, (_, i) => i / 100)

function formatTests(models: readonly (readonly [string, Tested])[]): Html {
  return formatTable(
    'Permutation tests',
    [
      { heading: 'classifier', text: true, cell: ([name]) => name },
      { heading: 'observed', cell: ([, tested]) => formatProportion(tested.observed, 3) },
      { heading: 'mean of permuted', cell: ([, tested]) => formatProportion(tested.nullMean, 3) },
      { heading: 'p', cell: ([, tested]) => formatPValue(tested.p) },
      { heading: 'p, all classifiers', cell: ([, tested]) => formatPValue(tested.pFamilywise) },
    ],
    models,
  )
}
