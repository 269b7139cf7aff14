/** Calibration runs of one subject -> rows that correspond between subjects: one per volume, or one per run and class. */
import type { CleanStep, AlignStep } from '../../core/schemas/pipeline.ts'
import type { Matrix64 } from '../../core/types.ts'
import { cleanRun } from '../../preprocess/clean.ts'
import { applyScaler, type ScalerState } from '../../preprocess/scaler.ts'
import type { RunData } from './subject-data.ts'

/** `[nRows x nVoxels]`; `keys[i]` names what row i is a response to, without the subject. */
export interface CalibrationRows {
  readonly rows: Matrix64
  readonly keys: readonly string[]
}

/**
 * Cleans each calibration run, scales it as task volumes are scaled, and lays the runs behind each other.
 *
 * @param runs - Calibration runs.
 * @param voxels - Grid indices, in the order of the columns.
 * @param scaler - Fitted on the same runs and voxels.
 * @param clean - Drift, high-pass and confounds.
 * @param match - `time`: every volume is a row; `condition`: the mean of a run's volumes of one class is.
 * @returns The rows and what they are responses to.
 * @throws {LimbicError} As `cleanRun`.
 */
export async function readCalibrationRows(
  runs: readonly RunData[],
  voxels: Int32Array,
  scaler: ScalerState,
  clean: CleanStep,
  match: AlignStep['match'],
): Promise<CalibrationRows> {
  const parts: CalibrationRows[] = []
  // Cleaning takes the mean of each run away, unless there is nothing to clean.
  const mean = clean.detrend === 'none' ? scaler.mean : scaler.mean.map(() => 0)
  for (const run of runs) {
    const series = applyScaler({ ...scaler, mean }, await readCleanRun(run, voxels, clean))
    parts.push(match === 'time' ? volumeRows(run, series) : conditionRows(run, series))
  }
  return {
    rows: stackRows(parts.map((part) => part.rows)),
    keys: parts.flatMap((part) => part.keys),
  }
}

/**
 * One run, cleaned as the pipeline says.
 *
 * @param run - The run.
 * @param voxels - Grid indices, in the order of the columns.
 * @param clean - Drift, high-pass and confounds.
 * @returns `[nVolumes x nVoxels]`, in the units of the image.
 * @throws {LimbicError} As `cleanRun`.
 */
export async function readCleanRun(
  run: RunData,
  voxels: Int32Array,
  clean: CleanStep,
): Promise<Matrix64> {
  return cleanRun(await run.readSeries(voxels), {
    detrend: clean.detrend === 'none' ? 'none' : { polynomial: clean.detrend },
    trSeconds: run.trSeconds,
    standardize: 'none',
    ...(clean.highPassHz === undefined ? {} : { highPassHz: clean.highPassHz }),
    ...(run.confounds === undefined ? {} : { confounds: run.confounds }),
  })
}

/**
 * Lays matrices of equal width behind each other.
 *
 * @param parts - `[n_i x nCols]`; at least one.
 * @returns `[sum n_i x nCols]`.
 * @throws Never.
 */
export function stackRows(parts: readonly Matrix64[]): Matrix64 {
  const nCols = parts[0]?.nCols ?? 0
  const nRows = parts.reduce((sum, part) => sum + part.nRows, 0)
  const data = new Float64Array(nRows * nCols)
  let offset = 0
  for (const part of parts) {
    data.set(part.data, offset)
    offset += part.data.length
  }
  return { data, nRows, nCols }
}

function volumeRows(run: RunData, series: Matrix64): CalibrationRows {
  const from = run.firstVolume ?? 0
  const keys = Array.from({ length: series.nRows }, (_, t) => `${runName(run)}/volume-${from + t}`)
  return { rows: series, keys }
}

function conditionRows(run: RunData, series: Matrix64): CalibrationRows {
  const present = [...new Set(run.labels)].filter((label) => label >= 0).sort((a, b) => a - b)
  const data = new Float64Array(present.length * series.nCols)
  present.forEach((label, row) => {
    const volumes = [...run.labels.keys()].filter((t) => run.labels[t] === label)
    for (const t of volumes)
      for (let v = 0; v < series.nCols; v++)
        data[row * series.nCols + v]! += series.data[t * series.nCols + v]! / volumes.length
  })
  return {
    rows: { data, nRows: present.length, nCols: series.nCols },
    keys: present.map((label) => `${runName(run)}/class-${label}`),
  }
}

function runName({ id }: RunData): string {
  return `${id.session === undefined ? '' : `ses-${id.session}/`}task-${id.task}/run-${id.run}`
}
