/** Mean functional volume -> brain mask: Uint8Array of nVoxels, 1 inside, x fastest. */
import { LimbicError } from '../core/errors/index.ts'
import type { FloatArray, Grid } from '../core/types.ts'
import { dilate, erode, fillHoles, largestComponent } from './morphology.ts'
import { smoothVolume } from './smooth-volume.ts'

export * from './mask-volume.ts'

export interface EpiMaskOptions {
  /** The threshold lies in the widest gap between neighbouring intensities above this fraction of voxels; 0.2 by default. */
  readonly lowerCutoff?: number
  /** ... and below this one; 0.85 by default. */
  readonly upperCutoff?: number
  /** Keep the largest connected part only; true by default. */
  readonly connected?: boolean
  /** Layers that the opening takes off and puts back; 2 by default, 0 or false for none, which also leaves out the blur before. */
  readonly opening?: number | false
  /** Leave zeros out of the intensities, for resliced images with wide empty borders; false by default. */
  readonly excludeZeros?: boolean
  /** Fill what the finished mask encloses; false by default. */
  readonly fillHoles?: boolean
}

/**
 * Finds the brain in a mean functional volume.
 *
 * @param meanVolume - `[nVoxels]`, mean over volumes, neither detrended nor centred; values that are not finite count as 0.
 * @param grid - Its grid.
 * @param options - Where to look for the threshold, and how to tidy the mask.
 * @returns 1 inside the brain, 0 outside.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the volume does not fit the grid; `VALUE_INVALID` for unusable cut-offs or opening;
 *   `EPI_MASK_EMPTY` when no voxel is left or the volume has one value only.
 * @remarks T. Nichols' heuristic as in nilearn 0.10.4 `compute_epi_mask`: blur by one voxel, threshold in the widest gap of the
 *   sorted intensities, opening, largest component. O(nVoxels log nVoxels).
 */
export function computeEpiMask(
  meanVolume: FloatArray,
  grid: Pick<Grid, 'shape'>,
  options: EpiMaskOptions = {},
): Uint8Array {
  const { shape } = grid
  const layers = layersOf(options.opening ?? 2)
  const nVoxels = shape[0] * shape[1] * shape[2]
  if (meanVolume.length !== nVoxels)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a volume and its grid',
      expected: `${nVoxels} voxels for ${shape.join(' x ')}`,
      found: `${meanVolume.length}`,
    })
  const volume =
    layers > 0
      ? smoothVolume(meanVolume, shape, 1)
      : Float64Array.from(meanVolume, (value) => (Number.isFinite(value) ? value : 0))
  const threshold = thresholdInGap(volume, options)
  let mask: Uint8Array = Uint8Array.from(volume, (value) => (value >= threshold ? 1 : 0))
  mask = erode(mask, shape, layers)
  if (options.connected ?? true) mask = largestComponent(mask, shape)
  // One dilation by twice the layers, then one erosion: it closes small gaps while it puts the layers back.
  mask = erode(dilate(mask, shape, 2 * layers), shape, layers)
  if (options.fillHoles ?? false) mask = fillHoles(mask, shape)
  if (!mask.includes(1))
    throw new LimbicError('EPI_MASK_EMPTY', { found: `none above the threshold of ${threshold}` })
  return mask
}

/** The middle of the widest gap between neighbouring intensities, within the cut-offs. */
function thresholdInGap(volume: Float64Array, options: EpiMaskOptions): number {
  const { lowerCutoff = 0.2, upperCutoff = 0.85, excludeZeros = false } = options
  if (!(lowerCutoff >= 0 && lowerCutoff < upperCutoff && upperCutoff <= 1))
    throw new LimbicError('VALUE_INVALID', {
      what: 'the cut-offs of the brain mask',
      expected: '0 <= lower < upper <= 1',
      found: `lower ${lowerCutoff}, upper ${upperCutoff}`,
    })
  const sorted = (excludeZeros ? volume.filter((value) => value !== 0) : volume.slice()).sort()
  const first = Math.floor(lowerCutoff * sorted.length)
  const last = Math.min(Math.floor(upperCutoff * sorted.length), sorted.length - 1)
  let widest = 0
  let threshold = NaN
  for (let i = first; i < last; i++) {
    const gap = sorted[i + 1]! - sorted[i]!
    if (gap <= widest) continue
    widest = gap
    threshold = 0.5 * (sorted[i]! + sorted[i + 1]!)
  }
  if (Number.isNaN(threshold))
    throw new LimbicError('EPI_MASK_EMPTY', {
      found: 'a single intensity between the cut-offs, so no border of a brain',
    })
  return threshold
}

function layersOf(opening: number | false): number {
  const layers = opening === false ? 0 : opening
  if (!(Number.isInteger(layers) && layers >= 0))
    throw new LimbicError('VALUE_INVALID', {
      what: 'the opening of the brain mask',
      expected: 'a whole number of layers, or false',
      found: `${opening}`,
    })
  return layers
}
