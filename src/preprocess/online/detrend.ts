/** Volumes in the order they come, with their motion -> each without drift and motion, by a fit on the volumes so far; volumes are [nVoxels]. */
import { LimbicError } from '../../core/errors/index.ts'
import type { FloatArray } from '../../core/types.ts'
import { noiseFloor } from '../noise-floor.ts'
import { assertBaseline, isBaselineSettled, isInBaseline, type Baseline } from './baseline.ts'
import {
  addToFit,
  createRecursiveFit,
  fitRank,
  predictFit,
  residualSquares,
  type RecursiveFit,
} from './recursive-fit.ts'

export interface OnlineDetrendOptions {
  /** Volumes that the fit is made on: all so far (`running`, the default), or a fixed stretch. */
  readonly baseline?: Baseline
  /** Volumes from which on a linear trend is fitted besides the mean; 10 by default, `false` for never. */
  readonly trendFrom?: number | false
  /** Numbers per volume that describe its motion; 0 by default. */
  readonly nMotion?: number
  /** Volumes from which on motion is fitted as well; 20 by default. */
  readonly motionFrom?: number
  /** Volumes before which nothing is given out; 5 by default. */
  readonly minVolumes?: number
  /** Divide by the SD of what the fit leaves; false by default. */
  readonly standardize?: boolean
}

/** The fit so far. Changes with every volume. */
export interface OnlineDetrend {
  readonly options: Required<OnlineDetrendOptions>
  readonly fit: RecursiveFit
  /** The first volume of the fit, which is taken off all: sums of small numbers are exact. */
  readonly origin: Float64Array
  /** Sum of squares of the volumes as they came, per voxel. */
  readonly energy: Float64Array
  /** 1 for voxels that have held a value that is not finite: they are silent from then on. */
  readonly unusable: Uint8Array
}

/** One volume without drift. */
export interface DetrendedVolume {
  /** `[nVoxels]`; 0 throughout until the fit is ready, and in unusable or constant voxels. */
  readonly data: Float64Array
  /** Terms that took part: 1 the mean, then the trend, then motion. */
  readonly nTerms: number
  /** Volumes that the fit was made on. */
  readonly nFitted: number
  readonly isReady: boolean
  readonly nUnusable: number
}

/**
 * The detrending of no volume yet.
 *
 * @param nVoxels - Voxels per volume.
 * @param options - Baseline, terms and when they are admitted.
 * @returns The state to be passed to `detrendNext`.
 * @throws {LimbicError} `VALUE_INVALID` for counts that are negative or not whole, or a baseline without volumes.
 */
export function createOnlineDetrend(
  nVoxels: number,
  options: OnlineDetrendOptions = {},
): OnlineDetrend {
  const complete = {
    baseline: 'running' as const,
    trendFrom: 10,
    nMotion: 0,
    motionFrom: 20,
    minVolumes: 5,
    standardize: false,
    ...options,
  }
  const { baseline, ...counts } = complete
  assertBaseline(baseline)
  for (const [name, value] of Object.entries(counts))
    if (typeof value === 'number' && !(Number.isInteger(value) && value >= 0))
      throw new LimbicError('VALUE_INVALID', {
        what: `${name} of online detrending`,
        expected: 'a whole number from 0',
        found: `${value}`,
      })
  const nTerms = 1 + (complete.trendFrom === false ? 0 : 1) + complete.nMotion
  return {
    options: complete,
    fit: createRecursiveFit(nTerms, nVoxels),
    origin: new Float64Array(nVoxels),
    energy: new Float64Array(nVoxels),
    unusable: new Uint8Array(nVoxels),
  }
}

/**
 * Takes one more volume into the fit, unless it lies outside a fixed baseline, and removes drift and motion from it.
 *
 * @param detrend - Of the volumes before it; updated in place.
 * @param volume - `[nVoxels]`; not changed.
 * @param index - Index of the volume in its run: lost volumes leave a gap in time, not in the fit.
 * @param motion - `nMotion` numbers, such as the six parameters; finite.
 * @returns The volume less the fitted values. With a running baseline these are the residuals of the last row of a least-squares fit of
 *   volumes 0..index on the terms admitted by then.
 * @throws {LimbicError} `SHAPE_MISMATCH` for another number of voxels or motion values; `VALUE_INVALID` when motion is not finite.
 * @remarks Terms are admitted one group after the other, as in OpenNFT's cumulative GLM (Koush et al. 2017, NeuroImage 156:489-503): a trend
 *   through three volumes is noise. All volumes count for a term, also those before its admission. O(nTerms * nVoxels).
 */
export function detrendNext(
  detrend: OnlineDetrend,
  volume: FloatArray,
  index: number,
  motion: ArrayLike<number> = [],
): DetrendedVolume {
  const { options, fit, unusable } = detrend
  assertSizes(detrend, volume, motion)
  const row = designRow(options, index, motion)
  const centred = centre(detrend, volume)
  if (isInBaseline(options.baseline, index)) {
    for (let v = 0; v < volume.length; v++)
      if (unusable[v] === 0) detrend.energy[v]! += volume[v]! * volume[v]!
    addToFit(fit, row, centred.slice())
  }
  const isReady =
    fit.nVolumes >= Math.max(1, options.minVolumes) && isBaselineSettled(options.baseline, index)
  const nTerms = admittedTerms(options, fit.nVolumes)
  const data = new Float64Array(volume.length)
  if (isReady) {
    const predicted = predictFit(fit, row, nTerms)
    const sd = residualSd(detrend, nTerms, volume)
    for (let v = 0; v < data.length; v++) {
      if (unusable[v] !== 0 || sd[v] === 0) continue
      data[v] = (centred[v]! - predicted[v]!) / (options.standardize ? sd[v]! : 1)
    }
  }
  const nUnusable = unusable.reduce((sum, value) => sum + value, 0)
  return { data, nTerms: fitRank(fit, nTerms), nFitted: fit.nVolumes, isReady, nUnusable }
}

/**
 * Spread of what the fit leaves, per voxel.
 *
 * @param detrend - The state.
 * @param nTerms - Terms that take part.
 * @param like - A volume; its float type says what counts as rounding noise.
 * @returns `[nVoxels]`: square root of the residual sum of squares over the degrees of freedom; 0 without any, and for constant voxels.
 * @throws Never.
 */
export function residualSd(
  { fit, energy }: OnlineDetrend,
  nTerms: number,
  like: FloatArray,
): Float64Array {
  const freedom = fit.nVolumes - fitRank(fit, nTerms)
  if (freedom <= 0) return new Float64Array(fit.nVoxels)
  const floor = noiseFloor(like)
  return residualSquares(fit, nTerms).map((squares, v) => {
    const smallest = floor * Math.sqrt(energy[v]! / fit.nVolumes)
    const sd = Math.sqrt(squares / freedom)
    return sd > smallest ? sd : 0
  })
}

/** Constant, trend, motion. */
function designRow(
  { trendFrom }: OnlineDetrend['options'],
  index: number,
  motion: ArrayLike<number>,
): Float64Array {
  const time = trendFrom === false ? [] : [index]
  return Float64Array.of(1, ...time, ...Array.from(motion))
}

function admittedTerms(
  { trendFrom, nMotion, motionFrom }: OnlineDetrend['options'],
  nVolumes: number,
): number {
  const nTrend = trendFrom === false ? 0 : 1
  if (trendFrom !== false && nVolumes < trendFrom) return 1
  return nVolumes < motionFrom ? 1 + nTrend : 1 + nTrend + nMotion
}

/** The volume less the origin; voxels that hold no number fall silent. */
function centre({ fit, origin, unusable }: OnlineDetrend, volume: FloatArray): Float64Array {
  return Float64Array.from(volume, (value, v) => {
    if (!Number.isFinite(value)) unusable[v] = 1
    if (unusable[v] !== 0) return 0
    if (fit.nVolumes === 0) origin[v] = value
    return value - origin[v]!
  })
}

function assertSizes(
  { fit, options }: OnlineDetrend,
  volume: FloatArray,
  motion: ArrayLike<number>,
): void {
  if (volume.length !== fit.nVoxels || motion.length !== options.nMotion)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a volume, its motion and the detrending so far',
      expected: `${fit.nVoxels} voxels and ${options.nMotion} motion values`,
      found: `${volume.length} and ${motion.length}`,
    })
}
