/** A run [nVolumes x nVoxels] -> the temporal signal-to-noise ratio of every voxel, and of the run. */
import type { Matrix } from '../../core/types.ts'
import { columnMeans } from '../../math/matrix.ts'
import { cleanRun } from '../clean.ts'

/** Temporal signal-to-noise ratios. */
export interface TemporalSnr {
  /** Per voxel: mean over population SD; 0 for voxels that do not vary or hold a value that is not finite. */
  readonly perVoxel: Float64Array
  /** Median over the voxels that vary; 0 without any. */
  readonly median: number
}

/**
 * Computes tSNR.
 *
 * @param series - `[nVolumes x nVoxels]`, brain voxels, neither detrended nor standardised.
 * @param detrendOrder - Order of the polynomial drift that does not count as noise; 1 by default, 0 for none.
 * @returns Per voxel and for the run.
 * @throws {LimbicError} `VALUE_INVALID` for an order that is not a whole number from 0; `CLEAN_TOO_FEW_VOLUMES` for a run that is too short.
 * @remarks Triantafyllou et al. (2005), NeuroImage 26:243-250. O(nVolumes * nVoxels).
 */
export function temporalSnr(series: Matrix, detrendOrder = 1): TemporalSnr {
  const { data, nRows, nCols, degenerateVoxels } = cleanRun(series, {
    detrend: { polynomial: detrendOrder },
    trSeconds: 1,
    standardize: 'none',
  })
  const squares = new Float64Array(nCols)
  data.forEach((value, i) => (squares[i % nCols]! += value * value))
  const silent = new Set(degenerateVoxels)
  const perVoxel = columnMeans(series).map((mean, v) =>
    silent.has(v) ? 0 : mean / Math.sqrt(squares[v]! / nRows),
  )
  const varying = perVoxel.filter((_, v) => !silent.has(v)).sort()
  return { perVoxel, median: medianOfSorted(varying) }
}

function medianOfSorted(sorted: Float64Array): number {
  const middle = sorted.length / 2
  if (sorted.length === 0) return 0
  return (sorted[Math.ceil(middle - 1)]! + sorted[Math.floor(middle)]!) / 2
}
