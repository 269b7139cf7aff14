/** Volumes [nVoxels] in the order they come -> the same with the decoder's voxels freed of drift and motion, in the units of the calibration. */
import type { OnlineDetrendPolicy } from '../../core/schemas/session.ts'
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import { createOnlineDetrend, detrendNext } from '../../preprocess/online/index.ts'
import type { LiveVolume } from './live-preprocessor.ts'

/** Detrends the next volume; null until the fit of the run so far is ready. */
export type LiveDetrend = (volume: LiveVolume, index: number) => Float32Array | null

/**
 * Makes the detrending of one run.
 *
 * @param policy - Baseline and terms.
 * @param calibration - Whose voxels, and the mean and spread that the residuals are put back onto.
 * @returns A function to be called with every volume in order; voxels outside the selection are left as they are.
 * @throws {LimbicError} As `createOnlineDetrend`.
 * @remarks The decoder subtracts the calibration mean and divides by the calibration spread. Residuals with that mean added, and divided by the run's own
 *   spread if `standardize`, come out of it as residuals in those units.
 */
export function createLiveDetrend(
  policy: OnlineDetrendPolicy,
  { selection: { voxels }, scaler }: Pick<Calibration, 'selection' | 'scaler'>,
): LiveDetrend {
  const { motion, ...options } = policy
  const detrend = createOnlineDetrend(voxels.length, { ...options, nMotion: motion ? 6 : 0 })
  return ({ data, parameters }, index) => {
    const values = Float32Array.from(voxels, (voxel) => data[voxel] ?? NaN)
    const moved = motion ? (parameters ?? [0, 0, 0, 0, 0, 0]) : []
    const fitted = detrendNext(detrend, values, index, moved)
    if (!fitted.isReady) return null
    const out = data.slice()
    voxels.forEach((voxel, v) => {
      const [mean, sd] = [scaler?.mean[v] ?? 0, policy.standardize ? (scaler?.sd[v] ?? 1) : 1]
      out[voxel] = mean + sd * (fitted.data[v] ?? 0)
    })
    return out
  }
}
