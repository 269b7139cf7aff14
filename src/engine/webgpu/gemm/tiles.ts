/** Sizes of a matrix product -> the tile that a workgroup computes, and over how many workgroups the depth is split. */

/** A workgroup computes `rows x columns` outputs in steps of `depth`; a thread `threadRows x threadColumns` of them. */
export interface TileShape {
  readonly id: string
  readonly rows: number
  readonly columns: number
  readonly depth: number
  readonly threadRows: number
  readonly threadColumns: number
  /** Share of the peak that a large GPU is assumed to reach; ranks the tiles. */
  readonly efficiency: number
  /** Workgroups that a multiprocessor holds at once, by registers and shared memory. */
  readonly resident: number
}

/** Largest first. Shared memory is `(rows + columns) * depth * 4` bytes; operations per byte loaded are `rows * columns / (2 (rows + columns))`. */
export const tileShapes: readonly TileShape[] = [
  tile('L', [128, 128], [8, 8], 0.55, 2),
  tile('LN', [128, 64], [8, 4], 0.45, 3),
  tile('LM', [64, 128], [4, 8], 0.45, 3),
  tile('M', [64, 64], [4, 4], 0.33, 5),
  tile('S', [64, 32], [4, 4], 0.26, 8),
  tile('XS', [32, 32], [4, 4], 0.18, 16),
]

const splits = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256]

/** The GPU that choices are made for: large; on a smaller one all times grow alike. */
const machine = { multiprocessors: 132, flops: 67e12, bytesPerSecond: 3e12 }

export interface ProductSize {
  readonly rows: number
  readonly columns: number
  readonly depth: number
  /** Independent products of this size in one dispatch. */
  readonly classes?: number
  /** Elements that partial results may take in all. */
  readonly scratchLimit?: number
}

export interface Tiling {
  readonly tile: TileShape
  /** Workgroups that share the depth of one tile; their parts are added in a fixed order afterwards. */
  readonly split: number
}

const chosen = new Map<string, Tiling>()

/**
 * Chooses tile and split by a cost model: rounds of workgroups over the multiprocessors, the last one partly filled, and the extra pass
 * over partial results.
 *
 * @param size - Sizes of the product.
 * @returns The tiling with the least estimated time.
 * @throws Never.
 * @remarks Remembered per size.
 * @example
 * const first = chooseTiling({ rows: 90112, columns: 256, depth: 64 }).tile.id // first = 'L'
 * const small = chooseTiling({ rows: 27, columns: 8, depth: 3000 }).tile.id // small = 'XS'
 */
export function chooseTiling(size: ProductSize): Tiling {
  const key = JSON.stringify(size)
  const known = chosen.get(key)
  if (known !== undefined) return known
  const candidates = tileShapes.flatMap((shape) =>
    splits.filter((split) => isUseful(size, shape, split)).map((split) => ({ tile: shape, split })),
  )
  const best = candidates.reduce((a, b) => (seconds(size, b) < seconds(size, a) ? b : a))
  chosen.set(key, best)
  return best
}

function isUseful(size: ProductSize, shape: TileShape, split: number): boolean {
  if (split === 1) return true
  const { rows, columns, depth, classes = 1, scratchLimit = Infinity } = size
  const slabs = Math.ceil(depth / shape.depth)
  return slabs / split >= 4 && split * rows * columns * classes <= scratchLimit
}

function seconds({ rows, columns, depth, classes = 1 }: ProductSize, tiling: Tiling): number {
  const { tile, split } = tiling
  const slabs = Math.ceil(Math.ceil(depth / tile.depth) / split)
  const groups = Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns) * classes * split
  const perMultiprocessor = (machine.flops * tile.efficiency) / machine.multiprocessors
  const one = (2 * tile.rows * tile.columns * tile.depth * slabs) / perMultiprocessor
  const slots = machine.multiprocessors * tile.resident
  const fullRounds = Math.floor(groups / slots)
  const rest = groups - fullRounds * slots
  // A lone workgroup on a multiprocessor cannot hide its own latency.
  const lone = rest <= machine.multiprocessors ? 1.6 : 1
  const lastRound = Math.ceil(rest / machine.multiprocessors) * one * lone
  const partBytes = (split + 1) * rows * columns * classes * 4
  const reduction = split === 1 ? 0 : 4e-6 + split * 8e-8 + partBytes / machine.bytesPerSecond
  return fullRounds * tile.resident * one + lastRound + reduction
}

function tile(
  id: string,
  [rows, columns]: readonly [number, number],
  [threadRows, threadColumns]: readonly [number, number],
  efficiency: number,
  resident: number,
): TileShape {
  return { id, rows, columns, depth: 16, threadRows, threadColumns, efficiency, resident }
}
