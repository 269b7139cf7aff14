/** Single volumes of task runs, scaled as they would be beside the scanner: by calibration statistics and by the volumes seen so far, never by later ones. */
import type { CleanStep } from '../../core/schemas/pipeline.ts'
import type { Matrix32 } from '../../core/types.ts'
import { applyScaler, fitScaler, type ScalerState } from '../../preprocess/scaler.ts'
import { causalStandardize } from '../../preprocess/causal.ts'
import { readCleanRun, stackRows } from './rows.ts'
import { runKeys, type RunData } from './subject-data.ts'

/**
 * Mean of the raw calibration volumes and spread of the cleaned ones (drift must not count as spread), per voxel.
 *
 * @param runs - Calibration runs of one subject.
 * @param voxels - Grid indices, in the order of the columns.
 * @param clean - Drift, high-pass and confounds.
 * @returns The scaler; a voxel without spread gets sd 0 and is scaled to 0.
 * @throws {LimbicError} As `cleanRun`.
 */
export async function fitCalibrationScaler(
  runs: readonly RunData[],
  voxels: Int32Array,
  clean: CleanStep,
): Promise<ScalerState> {
  const mean = await meanOverRuns(runs, voxels)
  const residuals = stackRows(
    await Promise.all(runs.map((run) => readCleanRun(run, voxels, clean, 'none'))),
  )
  return { ...fitScaler(residuals, runKeys(runs)), mean }
}

/**
 * The volumes of a run, centred and scaled causally.
 *
 * @param run - The run.
 * @param voxels - Grid indices, in the order of the columns.
 * @param scaler - Calibration statistics of the same voxels, or null for the zero-shot path: running mean and spread of the run itself.
 * @param baseline - What volumes are centred on.
 * @returns `[nVolumes x nVoxels]`.
 * @throws Never.
 */
export async function readScaledRun(
  run: RunData,
  voxels: Int32Array,
  scaler: ScalerState | null,
  baseline: CleanStep['baseline'],
): Promise<Matrix32> {
  const raw = await run.readSeries(voxels)
  if (baseline === 'none') return raw
  if (scaler === null) return causalStandardize(raw)
  return applyScaler(scaler, baseline === 'running' ? centreOnRunningMean(raw, scaler.mean) : raw)
}

/**
 * Replaces each volume's offset by that of the volumes so far: x_n - mean(x_0..x_n) + calibration mean.
 *
 * @param raw - `[nVolumes x nVoxels]`.
 * @param calibrationMean - Per voxel; added back so that the scaler's centring cancels.
 * @returns `[nVolumes x nVoxels]`; row n depends on rows 0..n only.
 * @throws Never.
 */
export function centreOnRunningMean(raw: Matrix32, calibrationMean: Float64Array): Matrix32 {
  const { nRows, nCols } = raw
  const data = new Float32Array(nRows * nCols)
  const mean = new Float64Array(nCols)
  for (let t = 0; t < nRows; t++)
    for (let v = 0; v < nCols; v++) {
      const x = raw.data[t * nCols + v]!
      mean[v]! += (x - mean[v]!) / (t + 1)
      data[t * nCols + v] = x - mean[v]! + calibrationMean[v]!
    }
  return { data, nRows, nCols }
}

async function meanOverRuns(runs: readonly RunData[], voxels: Int32Array): Promise<Float64Array> {
  const mean = new Float64Array(voxels.length)
  let n = 0
  for (const run of runs) {
    const { data, nRows, nCols } = await run.readSeries(voxels)
    for (let t = 0; t < nRows; t++) {
      n += 1
      for (let v = 0; v < nCols; v++) mean[v]! += (data[t * nCols + v]! - mean[v]!) / n
    }
  }
  return mean
}
