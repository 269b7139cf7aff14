/** Runs side by side -> one HTML file that asks nothing of the network. */
import * as Plot from '@observablehq/plot'
import type { RunComparison, RunDifference, RunRow } from '../compare-runs.ts'
import { formatOptimism } from './comparison-text.ts'
import { colors, drawPlot, formatFigure, labelMargin, shortLabel } from './figure.ts'
import { html, trustHtml, type Html } from './html.ts'
import { formatInterval, formatPValue, formatProportion } from './numbers.ts'
import { styleSheet } from './style.ts'
import { formatTable, type Column } from './table.ts'

/**
 * Turns a comparison into one HTML file.
 *
 * @param comparison - The runs.
 * @returns The whole file; the same comparison gives the same bytes.
 * @throws Never.
 */
export function formatRunComparisonHtml(comparison: RunComparison): string {
  const { runs, differences } = comparison
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>Runs side by side</title>
        <style>
          ${trustHtml(styleSheet)}
        </style>
      </head>
      <body>
        <header><h1>Runs side by side</h1></header>
        <main>
          ${formatOptimisms(comparison)} ${drawRuns(runs)} ${formatRuns(runs)}
          ${differences.length === 0 ? undefined : formatDifferences(differences)}
          ${runs.map(formatLeaks)}
        </main>
      </body>
    </html> `.html
}

function formatOptimisms({ optimism }: RunComparison): Html | undefined {
  if (optimism.length === 0) return undefined
  return html`<section class="banner leak" role="alert">
    <h2>Optimism of a leaking protocol</h2>
    <ul>
      ${optimism.map((one) => html`<li>${formatOptimism(one).replace(/^OPTIMISM /, '')}</li>`)}
    </ul>
  </section>`
}

function drawRuns(runs: readonly RunRow[]): Html {
  const shown = runs.flatMap(({ run, balancedAccuracy, leaks }, i) =>
    balancedAccuracy === null
      ? []
      : [
          {
            ...{ label: shortLabel(`${i + 1} ${run}`), mean: balancedAccuracy.mean },
            ...{ low: balancedAccuracy.ci95?.[0], high: balancedAccuracy.ci95?.[1] },
            color: leaks.length === 0 ? colors.calibrated : 'var(--danger)',
          },
        ],
  )
  const chances = [...new Set(runs.map(({ chance }) => chance.uniform))]
  const plot = drawPlot('balanced accuracy of every run', {
    ...{ height: 66 + 26 * shown.length, marginBottom: 42 },
    marginLeft: labelMargin(shown.map(({ label }) => label)),
    x: {
      ...{ domain: [0, 1], label: 'balanced accuracy', labelAnchor: 'center', labelArrow: 'none' },
      ...{ labelOffset: 36, ticks: 5, grid: true },
    },
    y: { domain: shown.map(({ label }) => label), label: null, tickSize: 0 },
    marks: [
      Plot.ruleX(chances, { stroke: colors.chance, strokeDasharray: '5 3', strokeWidth: 1.5 }),
      Plot.ruleY(
        shown.filter(({ low }) => low !== undefined),
        {
          x1: ({ low }: { low: number }) => Math.max(0, low),
          x2: ({ high }: { high: number }) => Math.min(1, high),
          ...{ y: 'label', stroke: 'color', strokeWidth: 2 },
        },
      ),
      Plot.dot(shown, { x: 'mean', y: 'label', fill: 'color', r: 4.5 }),
    ],
    color: { type: 'identity' },
  })
  return formatFigure(
    [plot],
    [
      { label: 'no leak', color: colors.calibrated, shape: 'dot' },
      { label: 'leaks', color: 'var(--danger)', shape: 'dot' },
      { label: 'chance', color: colors.chance, shape: 'dashed' },
    ],
    'Mean over subjects with its 95 % confidence interval.',
  )
}

function formatRuns(runs: readonly RunRow[]): Html {
  const isTested = runs.some(({ permutationP }) => permutationP !== null)
  return formatTable<RunRow>(
    'Runs',
    [
      {
        heading: 'run',
        text: true,
        cell: ({ run }) => `${runs.findIndex((r) => r.run === run) + 1} ${run}`,
      },
      { heading: 'protocol', text: true, cell: ({ protocol }) => protocol },
      { heading: 'model', text: true, cell: ({ model }) => model },
      { heading: 'subjects', cell: ({ nSubjects }) => `${nSubjects}` },
      {
        heading: 'balanced accuracy',
        cell: ({ balancedAccuracy }) =>
          balancedAccuracy === null ? '–' : formatProportion(balancedAccuracy.mean),
      },
      {
        heading: '95 % CI',
        cell: ({ balancedAccuracy }) => formatInterval(balancedAccuracy?.ci95 ?? null),
      },
      {
        heading: 'accuracy',
        cell: ({ accuracy }) => (accuracy === null ? '–' : formatProportion(accuracy.mean)),
      },
      { heading: '95 % CI', cell: ({ accuracy }) => formatInterval(accuracy?.ci95 ?? null) },
      {
        heading: 'unaligned',
        cell: ({ unaligned }) => (unaligned === null ? '–' : formatProportion(unaligned)),
      },
      { heading: 'chance', cell: ({ chance }) => formatProportion(chance.uniform) },
      ...(isTested ? [permutationColumn] : []),
      { heading: 'leaks', cell: ({ leaks }) => (leaks.length === 0 ? 'none' : `${leaks.length}`) },
    ],
    runs,
  )
}

const permutationColumn: Column<RunRow> = {
  heading: 'p (permutation)',
  cell: ({ permutationP }) => formatPValue(permutationP ?? NaN),
}

function formatDifferences(differences: readonly RunDifference[]): Html {
  return formatTable<RunDifference>(
    'Differences in balanced accuracy, paired over common subjects',
    [
      { heading: 'runs', text: true, cell: ({ a, b }) => `${a} − ${b}` },
      { heading: 'subjects', cell: ({ nCommon }) => `${nCommon}` },
      { heading: 'difference', cell: ({ meanDifference }) => formatProportion(meanDifference, 3) },
      { heading: '95 % CI', cell: ({ ci95 }) => formatInterval(ci95) },
      { heading: 'p (t)', cell: ({ p }) => formatPValue(p) },
      { heading: 'p (Wilcoxon)', cell: ({ pWilcoxon }) => formatPValue(pWilcoxon) },
    ],
    differences,
  )
}

function formatLeaks({ run, leaks }: RunRow): Html {
  if (leaks.length === 0) return html``
  return html`<h3>Leaks of ${run}</h3>
    <ul>
      ${leaks.map((leak) => html`<li>${leak}</li>`)}
    </ul>`
}
