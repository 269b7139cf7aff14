/** How active each condition is -> a random field per volume whose smoothness tells the conditions apart and whose values tell nothing. */
import type { Rng } from '../core/rng.ts'
import type { Matrix64 } from '../core/types.ts'
import type { Brain } from './brain.ts'
import type { SimulateOptions } from './options.ts'
import { createSmoother, smoothInPlace } from './smoothing.ts'

type TextureOptions = Pick<SimulateOptions, 'textureSd' | 'textureSigmaVoxels' | 'effect' | 'null'>

/**
 * SD of the field at full activity.
 *
 * @param options - SD, effect, and whether there is any.
 * @returns In units of the white noise; 0 in a null dataset.
 * @throws Never.
 */
export function textureSd(options: TextureOptions): number {
  return options.null ? 0 : options.effect * options.textureSd
}

/**
 * Makes the texture of one run.
 *
 * @param brain - The brain, for its responding voxels.
 * @param activity - How active each condition is, `[nVolumes x nConditions]`.
 * @param options - SD of the field and its smoothness per condition.
 * @param rng - Stream of this run.
 * @returns A function that adds a volume's field to an array `[nVoxels]`; to be called with volumes in order. The field of each condition
 *   is drawn anew for every volume, has mean 0 and an SD of `textureSd` times the condition's activity.
 * @throws Never.
 * @remarks Mean zero and a random sign leave every linear function of a volume with the same mean in all classes.
 */
export function createTexture(
  brain: Brain,
  activity: Matrix64,
  options: TextureOptions,
  rng: Rng,
): (volume: number, values: Float64Array) => void {
  const sd = textureSd(options)
  const smoothers = options.textureSigmaVoxels.map((sigma) =>
    createSmoother(brain.grid.shape, sigma),
  )
  const field = new Float64Array(brain.nVoxels)
  const scratch = new Float64Array(brain.nVoxels)
  return (volume, values) => {
    smoothers.forEach((smoother, condition) => {
      for (let voxel = 0; voxel < field.length; voxel++) field[voxel] = rng.normal()
      const scale = sd * activity.data[volume * activity.nCols + condition]!
      if (scale === 0) return
      smoothInPlace(smoother, field, scratch)
      for (const voxel of brain.region) values[voxel]! += scale * field[voxel]!
    })
  }
}
