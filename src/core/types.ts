/** The types that every layer shares: matrices, grids, runs and fitted states. */

export type FloatArray = Float32Array | Float64Array

/** Dense row-major matrix: element (row, column) is `data[row * nCols + column]`. */
export interface Matrix<A extends FloatArray = FloatArray> {
  readonly data: A
  readonly nRows: number
  readonly nCols: number
}

export type Matrix32 = Matrix<Float32Array>
export type Matrix64 = Matrix<Float64Array>

/** A voxel grid in scanner space. Voxel (x, y, z) has index `x + nx * (y + ny * z)`: x runs fastest, as NIfTI stores it. */
export interface Grid {
  readonly shape: readonly [nx: number, ny: number, nz: number]
  /** Voxel indices to millimetres, 4 x 4 row-major, 16 numbers. */
  readonly affine: readonly number[]
}

/** One run of one subject. Labels are BIDS entity values without their prefix (`01`, not `sub-01`). */
export interface RunId {
  readonly subject: string
  readonly session?: string
  readonly task: string
  readonly run: string
}

/** Text form of a RunId, as in `sub-01/task-emotion/run-1`; sortable, and unique in a dataset. */
export type RunKey = string

/** Every fitted thing is a plain, serialisable State that knows which runs it has seen; the leak guard reads `fittedOn`. */
export interface State {
  readonly kind: string
  readonly fittedOn: readonly RunKey[]
}

/**
 * The text form of a run id.
 *
 * @param id - The run.
 * @returns `sub-01[/ses-1]/task-emotion/run-1`.
 * @throws Never.
 * @example
 * const key = formatRunKey({ subject: '01', task: 'emotion', run: '1' }) // key = 'sub-01/task-emotion/run-1'
 */
export function formatRunKey(id: RunId): RunKey {
  const session = id.session === undefined ? '' : `ses-${id.session}/`
  return `sub-${id.subject}/${session}task-${id.task}/run-${id.run}`
}
