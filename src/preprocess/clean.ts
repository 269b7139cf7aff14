/** A run [nVolumes x nVoxels] -> the same run without drift, slow fluctuations and confounds, standardised if asked. */
import type { FloatArray, Matrix } from '../core/types.ts'
import { cleaningDesign, type CleaningDesignOptions } from './confound-design.ts'
import { noiseFloor } from './noise-floor.ts'
import { visitResidualBlocks, type ResidualBlock } from './residual-blocks.ts'

/** `zscore` divides by the population SD (n), `zscore-sample` by the sample SD (n - 1); `psc` is percent of the voxel's mean. */
export type Standardize = 'none' | 'zscore' | 'zscore-sample' | 'psc'

/** What to remove and how to standardise. */
export interface CleanOptions extends CleaningDesignOptions {
  readonly standardize: Standardize
  /** Type of the result; sums are float64 either way. `float64` by default. */
  readonly output?: 'float32' | 'float64'
}

/** A cleaned run. */
export interface CleanedRun<A extends FloatArray = Float64Array> {
  /** `[nVolumes x nVoxels]`, row-major. */
  readonly data: A
  readonly nRows: number
  readonly nCols: number
  /**
   * Voxels without a usable signal, ascending: a value that is not finite, nothing left but rounding noise, or no mean to take
   * percent of. They are 0 throughout, but for constants when neither the mean is removed nor the voxel standardised.
   */
  readonly degenerateVoxels: Int32Array
}

/**
 * Cleans one run: one joint least-squares fit of drift, cosines and confounds is taken away from every voxel.
 *
 * @param series - `[nVolumes x nVoxels]`, one run; not changed.
 * @param options - What to remove and how to standardise.
 * @returns The cleaned run, in float64 or, with `output: 'float32'`, in float32, and the voxels that have no signal.
 * @throws {LimbicError} `SHAPE_MISMATCH`, `VALUE_INVALID` or `CLEAN_TOO_FEW_VOLUMES`, as `cleaningDesign`.
 * @remarks Equals nilearn 0.10.4 `signal.clean` to 1e-8 wherever a voxel has a signal. Standardising uses the whole run: for
 *   training and calibration runs only, never for volumes that are decoded as they come. O(nVolumes * nVoxels * rank).
 */
export function cleanRun(
  series: Matrix,
  options: CleanOptions & { readonly output: 'float32' },
): CleanedRun<Float32Array>
export function cleanRun(
  series: Matrix,
  options: CleanOptions & { readonly output?: 'float64' },
): CleanedRun
export function cleanRun(series: Matrix, options: CleanOptions): CleanedRun<FloatArray> {
  const { nRows, nCols } = series
  const { basis, removesMean } = cleaningDesign(nRows, options)
  const Output = options.output === 'float32' ? Float32Array : Float64Array
  const data: FloatArray = new Output(nRows * nCols)
  const degenerate: number[] = []
  const keepsConstants = options.standardize === 'none' && !removesMean
  visitResidualBlocks(series, basis, (block) => {
    const { mean, variance } = blockMoments(block, nRows)
    const shift = new Float64Array(block.nVoxels)
    const gain = new Float64Array(block.nVoxels)
    for (let v = 0; v < block.nVoxels; v++) {
      const rms = Math.sqrt(block.sumOfSquares[v]! / nRows)
      const smallest = noiseFloor(series.data) * rms
      const originalMean = block.sum[v]! / nRows
      const varies = Number.isFinite(rms) && Math.sqrt(variance[v]!) > smallest
      const isUsable =
        varies && (options.standardize !== 'psc' || Math.abs(originalMean) > smallest)
      if (!isUsable) degenerate.push(block.firstVoxel + v)
      if (!isUsable && !(keepsConstants && Number.isFinite(rms))) {
        clearVoxel(block, v)
        continue
      }
      gain[v] = 1 / unitOf(options.standardize, variance[v]!, originalMean, nRows)
      if (options.standardize !== 'none') shift[v] = mean[v]!
    }
    scatter(block, shift, gain, data, nCols)
  })
  return { data, nRows, nCols, degenerateVoxels: Int32Array.from(degenerate) }
}

/** What a standardised voxel is measured in. */
function unitOf(
  standardize: Standardize,
  variance: number,
  originalMean: number,
  nVolumes: number,
): number {
  switch (standardize) {
    case 'none':
      return 1
    case 'psc':
      return originalMean / 100
    case 'zscore':
      return Math.sqrt(variance)
    case 'zscore-sample':
      return Math.sqrt((variance * nVolumes) / (nVolumes - 1))
  }
}

/** Mean and population variance of every voxel of a block, in two passes. */
function blockMoments(
  { residual, nVoxels, width }: ResidualBlock,
  nVolumes: number,
): { mean: Float64Array; variance: Float64Array } {
  const mean = new Float64Array(nVoxels)
  const variance = new Float64Array(nVoxels)
  for (let row = 0; row < residual.length; row += width)
    for (let v = 0; v < nVoxels; v++) mean[v]! += residual[row + v]!
  for (let v = 0; v < nVoxels; v++) mean[v]! /= nVolumes
  for (let row = 0; row < residual.length; row += width)
    for (let v = 0; v < nVoxels; v++) {
      const deviation = residual[row + v]! - mean[v]!
      variance[v]! += deviation * deviation
    }
  for (let v = 0; v < nVoxels; v++) variance[v]! /= nVolumes
  return { mean, variance }
}

function clearVoxel({ residual, width }: ResidualBlock, voxel: number): void {
  for (let i = voxel; i < residual.length; i += width) residual[i] = 0
}

function scatter(
  block: ResidualBlock,
  shift: Float64Array,
  gain: Float64Array,
  data: FloatArray,
  nCols: number,
): void {
  const { residual, nVoxels, width, firstVoxel } = block
  for (let from = 0, to = firstVoxel; from < residual.length; from += width, to += nCols)
    for (let v = 0; v < nVoxels; v++) data[to + v] = (residual[from + v]! - shift[v]!) * gain[v]!
}
