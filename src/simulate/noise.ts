/** Seeded random numbers -> the noise of a run, volume by volume: white, spatially smooth, correlated in time, and slow drift. In units of the white noise. */
import type { Rng } from '../core/rng.ts'
import type { SimulateOptions } from './options.ts'
import { createSmoother, smoothInPlace } from './smoothing.ts'

type NoiseOptions = Pick<
  SimulateOptions,
  'shape' | 'whiteNoiseSd' | 'smoothNoiseSd' | 'smoothNoiseSigmaVoxels' | 'ar1'
>

/**
 * Makes a stationary AR(1) process in as many independent dimensions as asked for.
 *
 * @param n - Dimensions.
 * @param ar1 - Correlation of one step with the next.
 * @param innovate - Writes independent unit-variance values into its argument.
 * @returns A function that gives the next step, `[n]`, of unit variance; the array is used again by the next call.
 * @throws Never.
 */
export function createAutoregression(
  n: number,
  ar1: number,
  innovate: (values: Float64Array) => void,
): () => Float64Array {
  const current = new Float64Array(n)
  const innovation = new Float64Array(n)
  const gain = Math.sqrt(1 - ar1 * ar1)
  let started = false
  return () => {
    if (!started) {
      innovate(current)
      started = true
      return current
    }
    innovate(innovation)
    for (let i = 0; i < n; i++) current[i] = ar1 * current[i]! + gain * innovation[i]!
    return current
  }
}

/**
 * Makes the noise of one run.
 *
 * @param options - Grid, SDs, smoothness and autocorrelation.
 * @param rng - Stream of this run.
 * @returns A function that gives the next volume of noise, `[nVoxels]`; the array is used again by the next call.
 * @throws Never.
 * @remarks White and smooth innovations are summed before the AR(1) recursion, which is linear: both parts have the same autocorrelation.
 */
export function createVolumeNoise(options: NoiseOptions, rng: Rng): () => Float64Array {
  const nVoxels = options.shape[0] * options.shape[1] * options.shape[2]
  const smoother = createSmoother(options.shape, options.smoothNoiseSigmaVoxels)
  const smooth = new Float64Array(nVoxels)
  const scratch = new Float64Array(nVoxels)
  return createAutoregression(nVoxels, options.ar1, (values) => {
    for (let voxel = 0; voxel < nVoxels; voxel++) smooth[voxel] = rng.normal()
    smoothInPlace(smoother, smooth, scratch)
    for (let voxel = 0; voxel < nVoxels; voxel++)
      values[voxel] = options.whiteNoiseSd * rng.normal() + options.smoothNoiseSd * smooth[voxel]!
  })
}

const nDriftCosines = 3

/**
 * Makes the slow drift of one run: three cosines over the run, each with a spatially smooth map.
 *
 * @param options - Grid, smoothness of the maps, and SD of the drift.
 * @param nVolumes - Volumes of the run.
 * @param rng - Stream of this run.
 * @returns A function that adds the drift of a volume to an array `[nVoxels]`.
 * @throws Never.
 */
export function createDrift(
  options: NoiseOptions & Pick<SimulateOptions, 'driftSd'>,
  nVolumes: number,
  rng: Rng,
): (volume: number, values: Float64Array) => void {
  const nVoxels = options.shape[0] * options.shape[1] * options.shape[2]
  const smoother = createSmoother(options.shape, options.smoothNoiseSigmaVoxels)
  const scratch = new Float64Array(nVoxels)
  const maps = Array.from({ length: nDriftCosines }, () => {
    const map = Float64Array.from({ length: nVoxels }, () => rng.normal())
    smoothInPlace(smoother, map, scratch)
    return map
  })
  // A cosine has mean square 1/2 over the run.
  const scale = options.driftSd * Math.sqrt(2 / nDriftCosines)
  return (volume, values) => {
    maps.forEach((map, k) => {
      const cosine = scale * Math.cos((Math.PI * (k + 1) * (volume + 0.5)) / nVolumes)
      for (let voxel = 0; voxel < nVoxels; voxel++) values[voxel]! += cosine * map[voxel]!
    })
  }
}
