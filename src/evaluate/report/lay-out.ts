/** Rows of cells -> lines of a table for the terminal. */

/**
 * Sets cells below each other, the first column left and the others right.
 *
 * @param rows - Cells, as many in every row.
 * @returns One line per row, without blanks at its end.
 * @throws Never.
 * @example
 * const lines = layOut([['a', '10'], ['bb', '9']]) // lines = ['a   10', 'bb   9']
 */
export function layOut(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
