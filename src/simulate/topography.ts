/** Seeded random numbers -> how strongly each responding voxel of a subject follows each latent dimension. Mixing is `[nRegionVoxels x nDims]`, row-major. */
import type { Matrix64 } from '../core/types.ts'
import type { Rng } from '../core/rng.ts'
import type { Brain } from './brain.ts'
import type { SimulateOptions } from './options.ts'
import { createSmoother, smoothInPlace } from './smoothing.ts'

type TopographyOptions = Pick<
  SimulateOptions,
  'shape' | 'latentDims' | 'topographySd' | 'topographyCorrelation' | 'topographySigmaVoxels'
>

/**
 * Draws the functional topography of one subject: the region is everybody's, what lies where inside it is the subject's own.
 *
 * @param brain - The brain, for its responding voxels.
 * @param options - Strength, smoothness and similarity between subjects.
 * @param shared - Stream of the dataset: the part that all subjects have in common.
 * @param own - Stream of the subject.
 * @returns `[nRegionVoxels x nDims]`, rows in the order of `brain.region`.
 * @throws Never.
 */
export function drawTopography(
  brain: Brain,
  options: TopographyOptions,
  shared: Rng,
  own: Rng,
): Matrix64 {
  const nDims = options.latentDims
  const data = new Float64Array(brain.region.length * nDims)
  const rho = options.topographyCorrelation
  for (let dim = 0; dim < nDims; dim++) {
    const common = drawMap(brain, options, shared.fork(`map/${dim}`))
    const individual = drawMap(brain, options, own.fork(`map/${dim}`))
    brain.region.forEach((voxel, row) => {
      data[row * nDims + dim] =
        options.topographySd *
        (Math.sqrt(rho) * common[voxel]! + Math.sqrt(1 - rho) * individual[voxel]!)
    })
  }
  return { data, nRows: brain.region.length, nCols: nDims }
}

function drawMap(brain: Brain, options: TopographyOptions, rng: Rng): Float64Array {
  const map = Float64Array.from({ length: brain.nVoxels }, () => rng.normal())
  const smoother = createSmoother(options.shape, options.topographySigmaVoxels)
  smoothInPlace(smoother, map, new Float64Array(brain.nVoxels))
  return map
}
