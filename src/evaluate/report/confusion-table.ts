/** Pooled confusion matrix -> an HTML table with counts and row percentages, and what can be read off it class by class. */
import { html, type Html } from './html.ts'
import { formatCount, formatProportion } from './numbers.ts'
import { formatTable } from './table.ts'

/**
 * The matrix: rows are true classes, columns decoded ones; the shade is the share of the row.
 *
 * @param classes - Class names.
 * @param confusion - Counts, `[nClasses][nClasses]`, rows = true class.
 * @returns The table.
 * @throws Never.
 */
export function formatConfusionTable(
  classes: readonly string[],
  confusion: readonly (readonly number[])[],
): Html {
  return html`<div>
    <h3>Confusion matrix, all subjects together</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
      <table class="confusion">
        <thead>
          <tr>
            <th scope="col" class="text">true \\ decoded</th>
            ${classes.map((name) => html`<th scope="col">${name}</th>`)}
            <th scope="col">all</th>
          </tr>
        </thead>
        <tbody>
          ${confusion.map((row, i) => formatConfusionRow(classes[i] ?? '', row))}
        </tbody>
      </table>
    </div>
  </div> `
}

/**
 * Precision, recall and F1 of every class, from the pooled matrix.
 *
 * @param classes - Class names.
 * @param confusion - Counts, rows = true class.
 * @returns The table; a class that was never decoded has no precision.
 * @throws Never.
 */
export function formatClassTable(
  classes: readonly string[],
  confusion: readonly (readonly number[])[],
): Html {
  const rows = classes.map((name, i) => {
    const hits = confusion[i]?.[i] ?? 0
    const nTrue = sum(confusion[i] ?? [])
    const nDecoded = sum(confusion.map((row) => row[i] ?? 0))
    return {
      name,
      nTrue,
      recall: hits / nTrue,
      precision: hits / nDecoded,
      f1: (2 * hits) / (nTrue + nDecoded),
    }
  })
  return formatTable(
    'Class by class, all subjects together',
    [
      { heading: 'class', text: true, cell: ({ name }) => name },
      { heading: 'scored', cell: ({ nTrue }) => formatCount(nTrue) },
      { heading: 'precision', cell: ({ precision }) => orDash(precision) },
      { heading: 'recall', cell: ({ recall }) => orDash(recall) },
      { heading: 'F1', cell: ({ f1 }) => orDash(f1) },
    ],
    rows,
  )
}

function formatConfusionRow(name: string, row: readonly number[]): Html {
  const total = sum(row)
  return html`<tr>
    <th scope="row">${name}</th>
    ${row.map((count) => formatConfusionCell(count, total))}
    <td>${formatCount(total)}</td>
  </tr> `
}

function formatConfusionCell(count: number, total: number): Html {
  const percent = total === 0 ? 0 : (100 * count) / total
  return html`<td
    class="cell${percent > 55 ? ' strong' : ''}"
    style="--share: ${percent.toFixed(1)}%"
  >
    <b>${percent.toFixed(0)} %</b><small>${formatCount(count)}</small>
  </td>`
}

function orDash(value: number): string {
  return Number.isFinite(value) ? formatProportion(value) : '–'
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
