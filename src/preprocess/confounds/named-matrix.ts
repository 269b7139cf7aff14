/** Named columns of equal length -> one confound matrix [nVolumes x nConfounds], row-major float64. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Confounds } from '../../io/bids/confounds.ts'

export type { Confounds }

/** A name and one number per volume. */
export type NamedColumn = readonly [name: string, values: ArrayLike<number>]

/**
 * Puts columns beside each other.
 *
 * @param nVolumes - Volumes of the run.
 * @param columns - In the order they are to have.
 * @returns `[nVolumes x nConfounds]`.
 * @throws {LimbicError} `SHAPE_MISMATCH` when a column has another length; `VALUE_INVALID` when two have the same name.
 * @example
 * const names = namedMatrix(2, [['a', [1, 2]], ['b', [3, 4]]]).names // names = ['a', 'b']
 */
export function namedMatrix(nVolumes: number, columns: readonly NamedColumn[]): Confounds {
  const names = columns.map(([name]) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the names of confounds',
      expected: 'each name once',
      found: `${twice} twice`,
    })
  const data = new Float64Array(nVolumes * columns.length)
  columns.forEach(([name, values], j) => {
    if (values.length !== nVolumes)
      throw new LimbicError('SHAPE_MISMATCH', {
        what: `the confound ${name} and the volumes of a run`,
        expected: `${nVolumes} values`,
        found: `${values.length}`,
      })
    for (let t = 0; t < nVolumes; t++) data[t * columns.length + j] = values[t]!
  })
  return { data, nRows: nVolumes, nCols: columns.length, names }
}

/**
 * The columns of a matrix, named by number or by a list.
 *
 * @param matrix - `[nVolumes x n]`, row-major.
 * @param names - A name per column, or the beginning of all names: `cosine` gives `cosine00`, `cosine01`, ...
 * @returns The columns.
 * @throws Never.
 * @example
 * const first = namedColumns({ data: Float64Array.of(1, 2, 3, 4), nRows: 2, nCols: 2 }, 'x')[1][0] // first = 'x01'
 */
export function namedColumns(
  { data, nRows, nCols }: { data: ArrayLike<number>; nRows: number; nCols: number },
  names: string | readonly string[],
): NamedColumn[] {
  return Array.from({ length: nCols }, (_, j) => [
    typeof names === 'string' ? `${names}${String(j).padStart(2, '0')}` : names[j]!,
    Float64Array.from({ length: nRows }, (_, t) => data[t * nCols + j]!),
  ])
}
