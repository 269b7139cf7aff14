/** A volume on one grid -> the volume on another grid of the same world; `[nVoxels]`, x fastest. */
import { LimbicError } from '../../core/errors/index.ts'
import type { FloatArray, Grid } from '../../core/types.ts'
import { identityAffine, invertAffine, multiplyAffines } from './affine-map.ts'
import { placeRounding, readGrid } from './read-grid.ts'
import { fillSpline, openSplineMemory, paddedBytes } from './spline-volume.ts'

/** `cubic`: B-spline of degree 3 through the voxels. */
export type Interpolation = 'nearest' | 'linear' | 'cubic'

export interface ResampleOptions {
  /** `linear` by default. */
  readonly interpolation?: Interpolation
  /** World mm of the target to world mm of the source, 16 numbers: where the head has gone. Nowhere by default. */
  readonly motion?: readonly number[]
  /** Outside the source: this value (0 by default), or `nearest` for the value of the nearest border voxel. */
  readonly outside?: number | 'nearest'
}

/** A volume on its new grid. */
export interface ResampledVolume {
  /** `[nVoxels]` of the target grid. */
  readonly data: Float32Array
  /** Voxels of the target that lie outside the source. */
  readonly nOutside: number
}

/**
 * Reads a volume at the voxels of another grid.
 *
 * @param volume - `[nVoxels]` of the source; values that are not finite count as 0 with `cubic`, spoil their neighbours with `linear`.
 * @param source - Grid of the volume.
 * @param target - Grid of the result.
 * @param options - How to interpolate, and what lies outside.
 * @returns The volume on the target grid. A place up to half a voxel beyond the outermost voxel centres still belongs to the source.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the volume does not fit its grid; `VALUE_INVALID` when an affine cannot be inverted.
 * @remarks A linear filter, no averaging: blur first when the target is much coarser. Cubic splines are mirrored at the border. O(nVoxels).
 * @see Thevenaz, Blu and Unser (2000), IEEE Trans. Med. Imaging 19:739-758.
 */
export function resampleVolume(
  volume: FloatArray,
  source: Grid,
  target: Grid,
  options: ResampleOptions = {},
): ResampledVolume {
  const { shape } = source
  const nVoxels = shape[0] * shape[1] * shape[2]
  if (volume.length !== nVoxels)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'a volume and its grid',
      expected: `${nVoxels} voxels for ${shape.join(' x ')}`,
      found: `${volume.length}`,
    })
  const { interpolation = 'linear', motion = identityAffine } = options
  const toSource = multiplyAffines(
    invertAffine(source.affine),
    multiplyAffines(motion, target.affine),
  )
  if (interpolation === 'cubic') return readSpline(volume, source, target, toSource, options)
  return readGrid(volume, shape, target.shape, toSource, interpolation, options.outside ?? 0)
}

function readSpline(
  volume: FloatArray,
  source: Grid,
  target: Grid,
  toSource: readonly number[],
  { outside = 0 }: ResampleOptions,
): ResampledVolume {
  const space = openSplineMemory(source.shape)
  const nTarget = target.shape[0] * target.shape[1] * target.shape[2]
  const [spline, map, out] = [paddedBytes(space), 96, nTarget * 4].map((n) => space.reserve(n)) as [
    ...[number, number, number],
  ]
  let largest = 0
  for (const value of volume)
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value))
  // A power of two: the values come back as they were.
  const scale = largest > 0 ? 2 ** Math.round(Math.log2(largest)) : 1
  fillSpline(space, spline, volume, 1 / scale)
  space.doubles(map, 12).set(toSource.slice(0, 12))
  const nOutside = space.kernels.resample(
    ...[spline, ...source.shape, space.stride, map, ...target.shape, out],
    ...[
      0.5 + placeRounding,
      outside === 'nearest' ? 1 : 0,
      outside === 'nearest' ? 0 : outside / scale,
    ],
  )
  return { data: space.floats(out, nTarget).map((value) => value * scale), nOutside }
}
