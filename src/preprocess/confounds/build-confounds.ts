/** A run and its motion -> one named matrix of confounds [nVolumes x nConfounds], float64, columns named as fMRIPrep names them. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix } from '../../core/types.ts'
import { cosineDrift } from '../confound-design.ts'
import { framewiseDisplacement } from '../motion.ts'
import { computeDvars } from './dvars.ts'
import { motionConfounds, type MotionModel } from './motion-confounds.ts'
import { namedColumns, namedMatrix, type Confounds, type NamedColumn } from './named-matrix.ts'
import { noiseComponents, type NoiseComponentOptions } from './noise-components.ts'

/** What the confounds are computed from. */
export interface ConfoundSources {
  /** `[nVolumes x nVoxels]`, one run, brain voxels, neither detrended nor standardised. */
  readonly series: Matrix
  readonly trSeconds: number
  /** `[nVolumes x 6]`, mm and rad; without them there are no motion columns. */
  readonly motion?: Matrix
  /** Columns of `series` that hold noise; without them there are no components. */
  readonly noiseVoxels?: ArrayLike<number>
}

export interface ConfoundOptions {
  /** 24 by default. */
  readonly motionModel?: MotionModel
  /** Components of the noise voxels to keep; 5 by default. */
  readonly keep?: NoiseComponentOptions['keep']
  /** Cut-off of the cosines, also of the components; 1/128 Hz by default. */
  readonly highPassHz?: number
}

/**
 * Computes every confound that the sources allow.
 *
 * @param sources - The run, its motion and its noise voxels.
 * @param options - Motion model, components, cut-off.
 * @returns `global_signal`, `dvars`, `std_dvars`; with motion `framewise_displacement` and the motion columns; with noise voxels `a_comp_cor_00`, ...;
 *   and `cosine00`, ... without the constant. Choose columns with `selectConfounds`; few runs have room for all.
 * @throws {LimbicError} `SHAPE_MISMATCH` when motion and run differ in length; those of `noiseComponents` and `cosineDrift`.
 * @remarks Backward differences are 0 at the first volume. O(nVolumes * nVoxels), with noise voxels also O(nVolumes^2 * nNoiseVoxels).
 */
export function buildConfounds(sources: ConfoundSources, options: ConfoundOptions = {}): Confounds {
  const { series, trSeconds, motion, noiseVoxels } = sources
  const { motionModel = 24, keep = 5, highPassHz = 1 / 128 } = options
  const { dvars, standardized } = computeDvars(series)
  const columns: NamedColumn[] = [
    ['global_signal', globalSignal(series)],
    ['dvars', dvars],
    ['std_dvars', standardized],
  ]
  if (motion !== undefined)
    columns.push(
      ['framewise_displacement', framewiseDisplacement(motion)],
      ...motionConfounds(motion, motionModel),
    )
  if (noiseVoxels !== undefined) {
    const found = noiseComponents(series, noiseVoxels, { trSeconds, keep, highPassHz })
    columns.push(...namedColumns(found.components, 'a_comp_cor_'))
  }
  const cosines = namedColumns(cosineDrift(series.nRows, trSeconds, highPassHz), 'cosine')
  return namedMatrix(series.nRows, [...columns, ...cosines.slice(0, -1)])
}

/**
 * Mean over voxels.
 *
 * @param series - `[nVolumes x nVoxels]`, brain voxels; values that are not finite are left out.
 * @returns One value per volume, in the units of the run; 0 for a volume without a finite value.
 * @throws Never.
 * @example
 * const signal = globalSignal({ data: Float64Array.of(1, 3, 5, 9), nRows: 2, nCols: 2 }) // signal = [2, 7]
 */
export function globalSignal({ data, nRows, nCols }: Matrix): Float64Array {
  return Float64Array.from({ length: nRows }, (_, t) => {
    let [sum, count] = [0, 0]
    for (let i = t * nCols; i < (t + 1) * nCols; i++) {
      if (!Number.isFinite(data[i])) continue
      sum += data[i]!
      count += 1
    }
    return count === 0 ? 0 : sum / count
  })
}

/**
 * Some columns of a confound matrix.
 *
 * @param confounds - As of `buildConfounds`.
 * @param patterns - Names; `*` stands for any characters (`trans_*`).
 * @returns The columns that fit a pattern, in the order of the matrix, each once.
 * @throws {LimbicError} `VALUE_INVALID` for a pattern that fits no column.
 */
export function selectConfounds(confounds: Confounds, patterns: readonly string[]): Confounds {
  const tests = patterns.map((pattern) => {
    const literal = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    const test = new RegExp(`^${literal.join('.*')}$`)
    if (confounds.names.some((name) => test.test(name))) return test
    throw new LimbicError('VALUE_INVALID', {
      what: 'a name of confounds',
      expected: `one of ${confounds.names.join(', ')}`,
      found: pattern,
    })
  })
  const columns = namedColumns(confounds, confounds.names)
  return namedMatrix(
    confounds.nRows,
    columns.filter(([name]) => tests.some((test) => test.test(name))),
  )
}
