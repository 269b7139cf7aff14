/** Paired comparisons of classifiers -> a table, the smallest p first. */
import type { Comparison } from '../../core/schemas/report.ts'
import { html, type Html } from './html.ts'
import { formatInterval, formatPValue, formatProportion } from './numbers.ts'
import { formatTable } from './table.ts'

/** A table of all pairs of a dozen classifiers is no longer read; the others are in report.json. */
const mostRows = 24

/**
 * Differences in balanced accuracy between classifiers, over the same subjects.
 *
 * @param comparisons - All pairs.
 * @param model - The reported model, whose comparisons come first.
 * @returns The table, and a note when some are left out; empty without comparisons.
 * @throws Never.
 */
export function formatComparisonTable(comparisons: readonly Comparison[], model: string): Html {
  if (comparisons.length === 0) return html``
  const isOwn = ({ a, b }: Comparison): boolean => a === model || b === model
  const sorted = [...comparisons].sort(
    (one, other) => Number(isOwn(other)) - Number(isOwn(one)) || one.p - other.p,
  )
  const shown = sorted.slice(0, mostRows)
  const table = formatTable<Comparison>(
    'Comparisons of classifiers, paired over subjects',
    [
      { heading: 'classifiers', text: true, cell: ({ a, b }) => `${a} − ${b}` },
      {
        heading: 'difference in balanced accuracy',
        cell: ({ meanDifference }) => formatProportion(meanDifference, 3),
      },
      { heading: '95 % CI', cell: ({ ci95 }) => formatInterval(ci95) },
      { heading: 'p (t)', cell: ({ p }) => formatPValue(p) },
      { heading: 'p (Wilcoxon)', cell: ({ pWilcoxon }) => formatPValue(pWilcoxon) },
      { heading: 'p (FDR)', cell: ({ pFdr }) => formatPValue(pFdr) },
    ],
    shown,
  )
  const left = sorted.length - shown.length
  return html`${table}${left > 0 ? html`<p class="subtitle">${left} more comparisons are in report.json.</p>` : undefined}`
}
