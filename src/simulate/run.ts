/** Latent course, topography, noise and brightness of one run -> its volumes as a scanner would store them: int16, x fastest, then y, z and time. */
import type { Matrix64 } from '../core/types.ts'
import type { Rng } from '../core/rng.ts'
import type { Brain } from './brain.ts'
import { createDrift, createVolumeNoise } from './noise.ts'
import type { SimulateOptions } from './options.ts'

/** Scanner units per unit of white noise: about one percent of the brain's brightness. */
export const scannerUnitsPerNoiseSd = 10
/** Air has no blood and little thermal noise of its own. */
const airNoiseShare = 0.5

/** What one run is made of. */
export interface RunParts {
  readonly brain: Brain
  /** Mean intensity per voxel, scanner units. */
  readonly baseline: Float64Array
  /** `[nRegionVoxels x nDims]`. */
  readonly topography: Matrix64
  /** `[nVolumes x nDims]`, evoked and own activity together. */
  readonly latents: Matrix64
  /** Adds to a volume `[nVoxels]` what the task does to its texture, if it does. */
  readonly addTexture?: (volume: number, values: Float64Array) => void
}

/** The volumes of a run, and what they are in the responding voxels before drift and brightness were added. */
export interface SimulatedRun {
  /** `[nVolumes x nVoxels]`, scanner units. */
  readonly volumes: Int16Array
  /** `[nVolumes x nRegionVoxels]`, in units of the white noise: response and noise only. */
  readonly regionByTime: Matrix64
}

/**
 * Makes the volumes of one run.
 *
 * @param parts - Brain, brightness, topography and latent course.
 * @param options - Noise and drift.
 * @param rng - Stream of this run.
 * @returns The volumes, and the responding voxels as an oracle sees them.
 * @throws Never.
 * @remarks O(nVolumes * nVoxels * taps) time; holds one run.
 */
export function simulateRun(parts: RunParts, options: SimulateOptions, rng: Rng): SimulatedRun {
  const { brain, baseline, topography, latents } = parts
  const nVolumes = latents.nRows
  const volumes = new Int16Array(nVolumes * brain.nVoxels)
  const regionByTime = new Float64Array(nVolumes * brain.region.length)
  const nextNoise = createVolumeNoise(options, rng.fork('noise'))
  const addDrift = createDrift(options, nVolumes, rng.fork('drift'))
  const values = new Float64Array(brain.nVoxels)
  for (let volume = 0; volume < nVolumes; volume++) {
    values.set(nextNoise())
    addResponse(values, parts, volume)
    parts.addTexture?.(volume, values)
    const row = regionByTime.subarray(
      volume * brain.region.length,
      (volume + 1) * brain.region.length,
    )
    brain.region.forEach((voxel, i) => (row[i] = values[voxel]!))
    addDrift(volume, values)
    store(values, brain, baseline, volumes.subarray(volume * brain.nVoxels))
  }
  return {
    volumes,
    regionByTime: { data: regionByTime, nRows: nVolumes, nCols: topography.nRows },
  }
}

function addResponse(values: Float64Array, parts: RunParts, volume: number): void {
  const { brain, topography, latents } = parts
  const nDims = latents.nCols
  brain.region.forEach((voxel, row) => {
    let response = 0
    for (let dim = 0; dim < nDims; dim++)
      response += topography.data[row * nDims + dim]! * latents.data[volume * nDims + dim]!
    values[voxel]! += response
  })
}

/** Magnitudes are whole numbers and never negative; rounding adds a thousandth of the noise's variance. */
function store(
  values: Float64Array,
  brain: Brain,
  baseline: Float64Array,
  target: Int16Array,
): void {
  for (let voxel = 0; voxel < values.length; voxel++) {
    const units = scannerUnitsPerNoiseSd * (brain.inBrain[voxel] === 1 ? 1 : airNoiseShare)
    const intensity = Math.round(baseline[voxel]! + units * values[voxel]!)
    target[voxel] = Math.max(0, Math.min(32767, intensity))
  }
}
