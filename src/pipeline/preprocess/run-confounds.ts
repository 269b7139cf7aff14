/** A realigned run [nVolumes x nVoxels] and its motion -> the table of confounds, and which volumes stand out. */
import type { Finding } from '../../core/errors/index.ts'
import type { Matrix32, Matrix64 } from '../../core/types.ts'
import {
  buildConfounds,
  mostVariableVoxels,
  namedColumns,
  namedMatrix,
  noiseComponents,
  type Confounds,
} from '../../preprocess/confounds/index.ts'
import { flagOutlierVolumes, spikeRegressors } from '../../preprocess/quality/index.ts'
import type { PreprocessOptions } from './options.ts'

/** Confounds of a run. */
export interface RunConfounds {
  /** Columns named as fMRIPrep names them, `motion_outlier00`, ... last. */
  readonly table: Confounds
  /** 0-based volumes that stand out, ascending. */
  readonly outliers: readonly number[]
  readonly findings: readonly Finding[]
}

/** What confounds are computed from. */
export interface RunSeries {
  /** `[nVolumes x nVoxels]`, brain voxels. */
  readonly series: Matrix32
  readonly motion: Matrix64 | undefined
  readonly trSeconds: number
  /** Volumes that are to be flagged whatever they look like. */
  readonly blank: readonly number[]
  /** For messages. */
  readonly bold: string
}

/**
 * Computes the confounds of a run.
 *
 * @param run - Series, motion, volumes without an image.
 * @param options - Thresholds, components, cut-off.
 * @returns The table and the outliers. Noise components come from the most variable voxels, since there are no tissue masks: `t_comp_cor_00`, ...
 * @throws {LimbicError} Those of `buildConfounds` and `noiseComponents`.
 */
export function computeRunConfounds(run: RunSeries, options: PreprocessOptions): RunConfounds {
  const { series, motion, trSeconds, blank, bold } = run
  const { highPassHz, maxDvars, maxFramewiseDisplacementMm } = options
  const sources = { series, trSeconds, ...(motion === undefined ? {} : { motion }) }
  const built = buildConfounds(sources, { highPassHz })
  const columns = namedColumns(built, built.names)
  const find = (name: string): Float64Array | undefined =>
    columns.find(([own]) => own === name)?.[1] as Float64Array | undefined
  const dvars = find('std_dvars')!
  const displacement = find('framewise_displacement') ?? new Float64Array(series.nRows)
  const limits = { maxFramewiseDisplacementMm, maxDvars, run: bold }
  const marked = dvars.map((value, t) => (blank.includes(t) ? NaN : value))
  const { flags, volumes, findings } = flagOutlierVolumes(displacement, marked, limits)
  const components = namedColumns(findComponents(run, options), 't_comp_cor_')
  const all = [...columns, ...components, ...spikeRegressors(flags)]
  return { table: namedMatrix(series.nRows, all), outliers: volumes, findings }
}

/** None for a run that is too short to have any beside its drift. */
function findComponents(
  { series, trSeconds }: RunSeries,
  { components: keep, highPassHz }: PreprocessOptions,
): { data: ArrayLike<number>; nRows: number; nCols: number } {
  const none = { data: [], nRows: series.nRows, nCols: 0 }
  const nDrift = 1 + Math.floor(2 * series.nRows * trSeconds * highPassHz)
  if (keep === 0 || series.nRows <= nDrift + keep) return none
  const voxels = mostVariableVoxels(series, { trSeconds, highPassHz })
  return noiseComponents(series, voxels, { trSeconds, keep, highPassHz }).components
}

/**
 * Confounds as a BIDS table.
 *
 * @param table - The confounds.
 * @returns Text; `n/a` for what compares with the volume before, in the first row.
 * @throws Never.
 */
export function formatConfounds({ names, data, nRows, nCols }: Confounds): string {
  const comparing = names.map((name) =>
    /^(framewise_displacement|(std_)?dvars|.*_derivative1(_power2)?)$/.test(name),
  )
  const lines = Array.from({ length: nRows }, (_, t) =>
    names
      .map((_name, j) =>
        t === 0 && comparing[j] === true ? 'n/a' : `${Number(data[t * nCols + j]!.toPrecision(9))}`,
      )
      .join('\t'),
  )
  return `${[names.join('\t'), ...lines].join('\n')}\n`
}
