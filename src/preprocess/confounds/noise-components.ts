/** A run [nVolumes x nVoxels] and voxels that hold noise -> the few time courses that these have in common. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import { svd } from '../../math/svd.ts'
import { cleanRun } from '../clean.ts'

export interface NoiseComponentOptions {
  readonly trSeconds: number
  /** Number of components, or the fewest that hold this share of the variance; 5 by default. */
  readonly keep?: number | { readonly varianceShare: number }
  /** Slower fluctuations are taken out first; 1/128 Hz by default. */
  readonly highPassHz?: number
}

/** Principal components of noise voxels. */
export interface NoiseComponents {
  /** `[nVolumes x nComponents]`: columns of length 1, the strongest first; the largest value of each is positive. */
  readonly components: Matrix64
  /** Share of the voxels' variance that each holds. */
  readonly varianceShares: Float64Array
}

/**
 * Principal components of voxels in which nothing but noise is expected, such as eroded white matter and ventricles.
 *
 * @param series - `[nVolumes x nVoxels]`, one run.
 * @param voxels - Columns that hold noise.
 * @param options - How many components, and which drift is not theirs to explain.
 * @returns The components; fewer than asked for when the voxels have no more dimensions.
 * @throws {LimbicError} `VALUE_INVALID` when no voxel is given, none varies, or `keep` is unusable; `CLEAN_TOO_FEW_VOLUMES` for a run that is too short.
 * @remarks aCompCor, Behzadi et al. (2007), NeuroImage 37:90-101, with each voxel z-scored after mean and cosines were removed, as fMRIPrep does.
 *   O(nVolumes^2 * nVoxels).
 */
export function noiseComponents(
  series: Matrix,
  voxels: ArrayLike<number>,
  options: NoiseComponentOptions,
): NoiseComponents {
  const { trSeconds, keep = 5, highPassHz = 1 / 128 } = options
  const share = typeof keep === 'number' ? undefined : keep.varianceShare
  const isUsable =
    typeof keep === 'number' ? Number.isInteger(keep) && keep > 0 : share! > 0 && share! <= 1
  if (!isUsable)
    throw invalid('`keep` of noise components', 'a count from 1 or a share up to 1', keep)
  const cleaned = cleanRun(selectColumns(series, voxels), {
    detrend: { polynomial: 0 },
    highPassHz,
    trSeconds,
    standardize: 'zscore',
  })
  const { values, rank, left } = svd(cleaned)
  if (rank === 0) throw invalid('the noise voxels', 'voxels that vary', `${voxels.length} without`)
  const squares = values.subarray(0, rank).map((value) => value * value)
  const total = squares.reduce((sum, value) => sum + value, 0)
  const shares = squares.map((value) => value / total)
  const count = typeof keep === 'number' ? Math.min(keep, rank) : countUpTo(shares, share!)
  return { components: asColumns(left, count), varianceShares: shares.slice(0, count) }
}

/**
 * The voxels that vary most once drift is removed: noise voxels for a run without tissue masks (tCompCor).
 *
 * @param series - `[nVolumes x nVoxels]`, one run, brain voxels.
 * @param options - `share` of the voxels to take, 0.02 by default; repetition time and cut-off as for `noiseComponents`.
 * @returns Column indices, ascending; at least one.
 * @throws {LimbicError} `VALUE_INVALID` when the share is not above 0 and at most 1; `CLEAN_TOO_FEW_VOLUMES` for a run that is too short.
 */
export function mostVariableVoxels(
  series: Matrix,
  options: { readonly trSeconds: number; readonly share?: number; readonly highPassHz?: number },
): Int32Array {
  const { trSeconds, share = 0.02, highPassHz = 1 / 128 } = options
  if (!(share > 0 && share <= 1)) throw invalid('the share of voxels', 'above 0, at most 1', share)
  const { data, nCols } = cleanRun(series, {
    detrend: { polynomial: 0 },
    highPassHz,
    trSeconds,
    standardize: 'none',
  })
  const energy = new Float64Array(nCols)
  data.forEach((value, i) => (energy[i % nCols]! += value * value))
  const order = Int32Array.from(energy, (_, v) => v).sort((a, b) => energy[b]! - energy[a]!)
  return order.slice(0, Math.max(1, Math.round(share * nCols))).sort()
}

function selectColumns({ data, nRows, nCols }: Matrix, columns: ArrayLike<number>): Matrix64 {
  const n = columns.length
  if (n === 0) throw invalid('the noise voxels', 'at least one voxel', 'none')
  for (let j = 0; j < n; j++)
    if (!(columns[j]! >= 0 && columns[j]! < nCols))
      throw invalid('the noise voxels', `columns from 0 to ${nCols - 1}`, columns[j])
  const selected = new Float64Array(nRows * n)
  for (let t = 0; t < nRows; t++)
    for (let j = 0; j < n; j++) selected[t * n + j] = data[t * nCols + columns[j]!]!
  return { data: selected, nRows, nCols: n }
}

function countUpTo(shares: Float64Array, wanted: number): number {
  let held = 0
  for (let k = 0; k < shares.length; k++) {
    held += shares[k]!
    // Shares add up to 1 but for rounding.
    if (held >= wanted - 1e-12) return k + 1
  }
  return shares.length
}

/** Rows to columns; the sign of a singular vector is arbitrary until its largest value is made positive. */
function asColumns(rows: Matrix64, count: number): Matrix64 {
  const nVolumes = rows.nCols
  const data = new Float64Array(nVolumes * count)
  for (let k = 0; k < count; k++) {
    const row = rows.data.subarray(k * nVolumes, (k + 1) * nVolumes)
    const largest = row.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
    row.forEach((value, t) => (data[t * count + k] = largest < 0 ? -value : value))
  }
  return { data, nRows: nVolumes, nCols: count }
}

function invalid(what: string, expected: string, found: unknown): LimbicError {
  return new LimbicError('VALUE_INVALID', {
    what,
    expected,
    found: typeof found === 'string' ? found : JSON.stringify(found),
  })
}
