/** Single volumes of task runs, scaled as they would be beside the scanner: by calibration statistics and by the volumes seen so far, never by later ones. */
import type { CleanStep } from '../../core/schemas/pipeline.ts'
import type { Matrix32 } from '../../core/types.ts'
import { applyScaler, fitScaler, type ScalerState } from '../../preprocess/scaler.ts'
import { createRunningMoments, standardizeNext } from '../../preprocess/causal.ts'
import { readCleanRun, stackRows } from './rows.ts'
import { runKeys, type RunData } from './subject-data.ts'

/**
 * Mean of the raw calibration volumes and spread of the cleaned ones (drift must not count as spread), per voxel.
 *
 * @param runs - Calibration runs of one subject.
 * @param voxels - Grid indices, in the order of the columns.
 * @param clean - Drift, high-pass and confounds.
 * @returns The scaler; a voxel without spread, or outside every calibration run's mask, gets sd 0 and is scaled to 0.
 * @throws {LimbicError} As `cleanRun`.
 */
export async function fitCalibrationScaler(
  runs: readonly RunData[],
  voxels: Int32Array,
  clean: CleanStep,
): Promise<ScalerState> {
  const mean = await meanOverRuns(runs, voxels)
  const residuals = stackRows(
    await Promise.all(runs.map((run) => readCleanRun(run, voxels, clean))),
  )
  const { sd, ...fitted } = fitScaler(residuals, runKeys(runs))
  const masked = new Set(runs.flatMap((run) => [...run.maskVoxels]))
  return { ...fitted, mean, sd: sd.map((value, v) => (masked.has(voxels[v]!) ? value : 0)) }
}

/** Scales the next volume of a run: `[nVoxels]` raw in, `[nVoxels]` scaled out. It may remember the volumes before. */
export type VolumeScaler = (values: Float32Array) => Float32Array

/**
 * Makes the scaler of one run; offline and beside the scanner it is the same function.
 *
 * @param scaler - Calibration statistics, or null for the zero-shot path: running mean and spread of the run itself.
 * @param baseline - What volumes are centred on.
 * @param nVoxels - Values per volume.
 * @returns The scaler, to be given the run's volumes in order.
 * @throws Never.
 */
export function createVolumeScaler(
  scaler: ScalerState | null,
  baseline: CleanStep['baseline'],
  nVoxels: number,
): VolumeScaler {
  if (baseline === 'none')
    return (values) =>
      scaler === null ? values : values.map((x, v) => (scaler.sd[v]! > 0 ? x : 0))
  const moments = createRunningMoments(nVoxels)
  if (scaler === null) return (values) => standardizeNext(moments, values)
  const scale = (values: Float32Array): Float32Array =>
    applyScaler(scaler, { data: values, nRows: 1, nCols: nVoxels }).data
  if (baseline === 'calibration') return scale
  const centre = createRunningCentre(nVoxels)
  return (values) => {
    const centred = centre(values)
    for (let v = 0; v < nVoxels; v++) centred[v]! += scaler.mean[v]!
    return scale(centred)
  }
}

/**
 * The volumes of a run, scaled one after the other.
 *
 * @param run - The run.
 * @param voxels - Grid indices, in the order of the columns.
 * @param scaler - Calibration statistics of the same voxels, or null for the zero-shot path.
 * @param baseline - What volumes are centred on.
 * @returns `[nVolumes x nVoxels]`; row n depends on volumes 0..n only.
 * @throws Never.
 */
export async function readScaledRun(
  run: RunData,
  voxels: Int32Array,
  scaler: ScalerState | null,
  baseline: CleanStep['baseline'],
): Promise<Matrix32> {
  const raw = await run.readSeries(voxels)
  return mapVolumes(raw, createVolumeScaler(scaler, baseline, voxels.length))
}

/**
 * The volumes of a run, each less the mean of the volumes up to it.
 *
 * @param raw - `[nVolumes x nVoxels]`.
 * @returns `[nVolumes x nVoxels]`.
 * @throws Never.
 */
export function centreOnRunningMean(raw: Matrix32): Matrix32 {
  return mapVolumes(raw, createRunningCentre(raw.nCols))
}

function createRunningCentre(nVoxels: number): VolumeScaler {
  const mean = new Float64Array(nVoxels)
  let n = 0
  return (values) => {
    n += 1
    const centred = new Float32Array(nVoxels)
    for (let v = 0; v < nVoxels; v++) {
      mean[v]! += (values[v]! - mean[v]!) / n
      centred[v] = values[v]! - mean[v]!
    }
    return centred
  }
}

function mapVolumes({ data, nRows, nCols }: Matrix32, scale: VolumeScaler): Matrix32 {
  const scaled = new Float32Array(data.length)
  for (let row = 0; row < data.length; row += nCols)
    scaled.set(scale(data.subarray(row, row + nCols)), row)
  return { data: scaled, nRows, nCols }
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
