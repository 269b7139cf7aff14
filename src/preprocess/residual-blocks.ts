/** A run [nVolumes x nVoxels] -> its residual beside an orthonormal basis, a few voxels at a time: blocks [nVolumes x width]. */
import type { FloatArray, Matrix, Matrix64 } from '../core/types.ts'

/** Some neighbouring voxels of a run. Valid only during the visit: the arrays are used again for the next block. */
export interface ResidualBlock {
  readonly firstVoxel: number
  readonly nVoxels: number
  /** Row length of `residual`; at least `nVoxels`. */
  readonly width: number
  /** `[nVolumes x width]`, row-major; may be written to. */
  readonly residual: Float64Array
  /** Sum of the series before cleaning, per voxel. */
  readonly sum: Float64Array
  /** Sum of its squares; not finite when one value is not. */
  readonly sumOfSquares: Float64Array
}

// 32 voxels of 200 volumes are 50 KB: the block stays in the second-level cache between the passes over it.
const blockWidth = 32

/**
 * Takes what lies inside a basis out of every voxel's series and hands the rest over, block by block.
 *
 * @param series - `[nVolumes x nVoxels]`; not changed.
 * @param basis - `[nVolumes x rank]`, orthonormal columns.
 * @param visit - Receives each block once, in the order of the voxels.
 * @returns Nothing.
 * @throws Whatever `visit` throws.
 * @remarks x - Q Q'x in float64. O(nVolumes * nVoxels * rank); two voxels and four directions share each pass, so that the sums
 *   stay in registers. A value that is not finite spoils its own voxel only.
 */
export function visitResidualBlocks(
  series: Matrix,
  basis: Matrix64,
  visit: (block: ResidualBlock) => void,
): void {
  const { nRows, nCols } = series
  const paddedRank = Math.ceil(basis.nCols / 4) * 4
  const q = padColumns(basis, paddedRank)
  const residual = new Float64Array(nRows * blockWidth)
  const sum = new Float64Array(blockWidth)
  const sumOfSquares = new Float64Array(blockWidth)
  for (let firstVoxel = 0; firstVoxel < nCols; firstVoxel += blockWidth) {
    const nVoxels = Math.min(blockWidth, nCols - firstVoxel)
    sum.fill(0)
    sumOfSquares.fill(0)
    gather(series.data, nCols, firstVoxel, nVoxels, { residual, sum, sumOfSquares })
    for (let k = 0; k < paddedRank; k += 4)
      for (let v = 0; v < nVoxels; v += 2) removeFour(residual, v, q, k, paddedRank)
    visit({ firstVoxel, nVoxels, width: blockWidth, residual, sum, sumOfSquares })
  }
}

function padColumns(basis: Matrix64, width: number): Float64Array {
  const padded = new Float64Array(basis.nRows * width)
  for (let t = 0; t < basis.nRows; t++)
    padded.set(basis.data.subarray(t * basis.nCols, (t + 1) * basis.nCols), t * width)
  return padded
}

function gather(
  data: FloatArray,
  nCols: number,
  firstVoxel: number,
  nVoxels: number,
  { residual, sum, sumOfSquares }: Pick<ResidualBlock, 'residual' | 'sum' | 'sumOfSquares'>,
): void {
  for (let from = firstVoxel, to = 0; to < residual.length; from += nCols, to += blockWidth)
    for (let v = 0; v < nVoxels; v++) {
      const x = data[from + v]!
      residual[to + v] = x
      sum[v]! += x
      sumOfSquares[v]! += x * x
    }
}

/** Takes directions k..k+3 out of voxels v and v+1. With an odd number of voxels the last pair holds one column of leftovers. */
function removeFour(
  block: Float64Array,
  v: number,
  q: Float64Array,
  k: number,
  rank: number,
): void {
  let [a0, a1, a2, a3] = [0, 0, 0, 0]
  let [b0, b1, b2, b3] = [0, 0, 0, 0]
  for (let i = v, m = k; i < block.length; i += blockWidth, m += rank) {
    const x = block[i]!
    const y = block[i + 1]!
    const q0 = q[m]!
    const q1 = q[m + 1]!
    const q2 = q[m + 2]!
    const q3 = q[m + 3]!
    a0 += x * q0
    a1 += x * q1
    a2 += x * q2
    a3 += x * q3
    b0 += y * q0
    b1 += y * q1
    b2 += y * q2
    b3 += y * q3
  }
  for (let i = v, m = k; i < block.length; i += blockWidth, m += rank) {
    const q0 = q[m]!
    const q1 = q[m + 1]!
    const q2 = q[m + 2]!
    const q3 = q[m + 3]!
    block[i]! -= a0 * q0 + a1 * q1 + a2 * q2 + a3 * q3
    block[i + 1]! -= b0 * q0 + b1 * q1 + b2 * q2 + b3 * q3
  }
}
