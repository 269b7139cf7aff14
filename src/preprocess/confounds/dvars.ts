/** A run [nVolumes x nVoxels] -> how much the image changes from each volume to the next. */
import type { Matrix } from '../../core/types.ts'

/** Change per volume; 0 for the first. */
export interface Dvars {
  /** Root mean square over voxels, in thousandths of the median voxel's mean. */
  readonly dvars: Float64Array
  /** The same as a multiple of what the voxels' own noise would give: about 1 in a clean run. 0 throughout when no voxel varies. */
  readonly standardized: Float64Array
}

/**
 * Computes DVARS.
 *
 * @param series - `[nVolumes x nVoxels]`, brain voxels, not detrended; voxels that are constant or hold a value that is not finite are left out.
 * @returns Both forms, `[nVolumes]` each.
 * @throws Never.
 * @remarks Power et al. (2012), NeuroImage 59:2142-2154; standardised as Nichols (2013, arXiv 1704.01469): the expected change is that of an AR(1)
 *   process with the voxel's robust SD (interquartile range / 1.349) and lag-1 autocorrelation, averaged over voxels. O(nVolumes * nVoxels).
 */
export function computeDvars(series: Matrix): Dvars {
  const { data, nRows, nCols } = series
  const squares = new Float64Array(nRows)
  const means: number[] = []
  let expected = 0
  const values = new Float64Array(nRows)
  for (let v = 0; v < nCols; v++) {
    for (let t = 0; t < nRows; t++) values[t] = data[t * nCols + v]!
    const noise = describeNoise(values)
    if (noise === undefined) continue
    means.push(noise.mean)
    expected += noise.differenceSd
    for (let t = 1; t < nRows; t++) squares[t]! += (values[t]! - values[t - 1]!) ** 2
  }
  const nUsed = means.length
  if (nUsed === 0) return { dvars: squares, standardized: squares.slice() }
  const change = squares.map((sum) => Math.sqrt(sum / nUsed))
  const median = Math.abs(means.sort((a, b) => a - b)[Math.floor(nUsed / 2)]!)
  return {
    dvars: change.map((value) => (median > 0 ? (1000 * value) / median : value)),
    standardized: change.map((value) => (value * nUsed) / expected),
  }
}

/** Mean, and the SD of differences that noise of this spread and autocorrelation has; undefined for a voxel without any. */
function describeNoise(
  values: Float64Array,
): { readonly mean: number; readonly differenceSd: number } | undefined {
  const n = values.length
  let mean = 0
  for (const value of values) mean += value / n
  if (!Number.isFinite(mean)) return undefined
  const sorted = values.slice().sort()
  const quartile = (q: number): number => sorted[Math.floor(q * (n - 1))]!
  const sd = (quartile(0.75) - quartile(0.25)) / 1.349
  let [variance, covariance] = [0, 0]
  for (let t = 0; t < n; t++) {
    variance += (values[t]! - mean) ** 2
    if (t > 0) covariance += (values[t]! - mean) * (values[t - 1]! - mean)
  }
  if (!(sd > 0 && variance > 0)) return undefined
  return { mean, differenceSd: sd * Math.sqrt(2 * (1 - covariance / variance)) }
}
