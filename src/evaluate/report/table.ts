/** Rows of cells -> an HTML table that scrolls by itself on a narrow screen. */
import { html, type Html } from './html.ts'

/** One column: its heading and what it shows of a row. `text` columns are set left, all others right. */
export interface Column<Row> {
  readonly heading: string
  readonly text?: boolean
  cell(row: Row): string
}

/**
 * A table with one row per item.
 *
 * @param name - What the table holds, as its heading.
 * @param columns - The columns; the first holds the row headings.
 * @param rows - The items.
 * @returns The table.
 * @throws Never.
 */
export function formatTable<Row>(
  name: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Html {
  return html`<h3>${name}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="${name}">
      <table>
        <thead>
          <tr>
            ${columns.map((column) => html`<th scope="col" ${alignment(column)}>${column.heading}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${columns.map((column, i) => formatCell(column, row, i))}
              </tr> `,
          )}
        </tbody>
      </table>
    </div> `
}

function formatCell<Row>(column: Column<Row>, row: Row, index: number): Html {
  const text = column.cell(row)
  return index === 0
    ? html`<th scope="row">${text}</th>`
    : html`<td${alignment(column)}>${text}</td>`
}

function alignment({ text = false }: { readonly text?: boolean }): Html | undefined {
  return text ? html` class="text"` : undefined
}
