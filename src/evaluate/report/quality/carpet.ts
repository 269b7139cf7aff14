/** A run [nVolumes x nVoxels] -> a small grey image of it, time from left to right, that shows what all voxels do at once. */
import type { Matrix } from '../../../core/types.ts'
import { cleanRun } from '../../../preprocess/clean.ts'
import type { Pixels } from './png.ts'

/** How large the image may become. */
export interface CarpetSize {
  /** Rows: groups of neighbouring voxels. */
  readonly maxRows?: number
  /** Columns: volumes, or groups of them. */
  readonly maxColumns?: number
}

/** Standard deviations of the image's own values at which grey becomes black or white. */
const rangeSds = 2.5

/**
 * Draws the carpet of a run.
 *
 * @param series - `[nVolumes x nVoxels]`, brain voxels in the order of the grid, so that rows run from the first slice (top) to the last.
 * @param size - At most 240 rows and 800 columns by default.
 * @returns A grey image. Each voxel is detrended and standardised, groups are averaged, and mid-grey is no change.
 * @throws {LimbicError} `CLEAN_TOO_FEW_VOLUMES` for a run of two volumes or less.
 * @remarks Power (2017), NeuroImage 154:150-158. O(nVolumes * nVoxels).
 */
export function reduceCarpet(series: Matrix, size: CarpetSize = {}): Pixels {
  const { data, nRows, nCols } = cleanRun(series, {
    detrend: 'linear',
    trSeconds: 1,
    standardize: 'zscore',
    output: 'float32',
  })
  const height = Math.min(size.maxRows ?? 240, nCols)
  const width = Math.min(size.maxColumns ?? 800, nRows)
  const sums = new Float64Array(width * height)
  const counts = new Uint32Array(width * height)
  for (let t = 0; t < nRows; t++) {
    const x = Math.floor((t * width) / nRows)
    for (let v = 0; v < nCols; v++) {
      const pixel = Math.floor((v * height) / nCols) * width + x
      sums[pixel]! += data[t * nCols + v]!
      counts[pixel]! += 1
    }
  }
  const means = sums.map((sum, i) => sum / counts[i]!)
  const sd = Math.sqrt(means.reduce((sum, value) => sum + value * value, 0) / means.length)
  const scale = sd > 0 ? 127.5 / (rangeSds * sd) : 0
  // Rounded and clipped by the array.
  return { width, height, nChannels: 1, data: grey(means.map((value) => 127.5 + scale * value)) }
}

function grey(values: Float64Array): Uint8Array {
  return new Uint8Array(Uint8ClampedArray.from(values).buffer)
}
