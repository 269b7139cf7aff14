/** Calibration volumes [nVolumes x nVoxels] -> mean and SD per voxel, with which later volumes are standardised one by one. */
import { LimbicError } from '../core/errors/index.ts'
import type { FloatArray, Matrix, RunKey, State } from '../core/types.ts'
import { createLike } from './create-like.ts'
import { noiseFloor } from './noise-floor.ts'

/** Statistics of the volumes that a scaler was fitted on. */
export interface ScalerState extends State {
  readonly kind: 'scaler'
  /** Per voxel. */
  readonly mean: Float64Array
  /** Population SD per voxel; 0 where the voxel had no usable signal. */
  readonly sd: Float64Array
}

/**
 * Learns mean and SD per voxel.
 *
 * @param series - `[nVolumes x nVoxels]`, calibration volumes only.
 * @param fittedOn - The runs that the volumes come from.
 * @returns The scaler. A voxel that is constant, or holds a value that is not finite, gets SD 0.
 * @throws {LimbicError} `VALUE_INVALID` when there are fewer than two volumes.
 * @remarks Two passes in float64; O(nVolumes * nVoxels).
 */
export function fitScaler(series: Matrix, fittedOn: readonly RunKey[]): ScalerState {
  const { data, nRows, nCols } = series
  if (nRows < 2)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the number of volumes that a scaler is fitted on',
      expected: 'at least 2',
      found: `${nRows}`,
    })
  const mean = new Float64Array(nCols)
  const sd = new Float64Array(nCols)
  const energy = new Float64Array(nCols)
  for (let row = 0; row < data.length; row += nCols)
    for (let v = 0; v < nCols; v++) mean[v]! += data[row + v]!
  for (let v = 0; v < nCols; v++) mean[v]! /= nRows
  for (let row = 0; row < data.length; row += nCols)
    for (let v = 0; v < nCols; v++) {
      const x = data[row + v]!
      sd[v]! += (x - mean[v]!) ** 2
      energy[v]! += x * x
    }
  const floor = noiseFloor(data)
  for (let v = 0; v < nCols; v++) {
    const spread = Math.sqrt(sd[v]! / nRows)
    const isUsable = spread > floor * Math.sqrt(energy[v]! / nRows)
    sd[v] = isUsable ? spread : 0
    if (!Number.isFinite(mean[v])) mean[v] = 0
  }
  return { kind: 'scaler', fittedOn: [...fittedOn], mean, sd }
}

/**
 * Standardises volumes with a scaler's statistics; no volume influences another.
 *
 * @param scaler - Fitted on other runs of the same voxels.
 * @param series - `[nVolumes x nVoxels]`; not changed.
 * @returns A matrix of the same float type: `(x - mean) / sd`; 0 where the SD is 0 or the value is not finite.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the numbers of voxels differ.
 * @remarks O(nVolumes * nVoxels).
 */
export function applyScaler<A extends FloatArray>(
  scaler: ScalerState,
  series: Matrix<A>,
): Matrix<A> {
  const { data, nRows, nCols } = series
  if (scaler.mean.length !== nCols || scaler.sd.length !== nCols)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a scaler and the volumes it is applied to',
      expected: `${scaler.mean.length} voxels`,
      found: `${nCols}`,
    })
  const scaled = createLike(data)
  const gain = scaler.sd.map((sd) => (sd > 0 ? 1 / sd : 0))
  for (let row = 0; row < data.length; row += nCols)
    for (let v = 0; v < nCols; v++) {
      const x = data[row + v]!
      scaled[row + v] = Number.isFinite(x) ? (x - scaler.mean[v]!) * gain[v]! : 0
    }
  return { data: scaled, nRows, nCols }
}
