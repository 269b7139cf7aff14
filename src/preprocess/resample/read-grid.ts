/** A volume and a map from other voxels to its own -> the nearest or linearly interpolated values there; `[nVoxels]`, x fastest. */
import type { Grid } from '../../core/types.ts'

/** Voxels by which rounding may carry a place across a border that it lies on. */
export const placeRounding = 1e-6

/**
 * Reads a volume at places between its voxels.
 *
 * @param volume - `[nVoxels]`.
 * @param shape - Voxels of the volume along x, y and z.
 * @param targetShape - Voxels of the result along x, y and z.
 * @param toSource - Voxels of the result to voxels of the volume, 16 numbers.
 * @param interpolation - `nearest` or `linear`. A place half-way between voxels goes to the higher one.
 * @param outside - Value of places more than half a voxel outside, or `nearest` for the nearest border voxel's.
 * @returns The values, and how many of them lie outside.
 * @throws Never.
 */
export function readGrid(
  volume: ArrayLike<number>,
  shape: Grid['shape'],
  targetShape: Grid['shape'],
  toSource: readonly number[],
  interpolation: 'nearest' | 'linear',
  outside: number | 'nearest',
): { data: Float32Array; nOutside: number } {
  const [nx, ny, nz] = targetShape
  const data = new Float32Array(nx * ny * nz)
  const read = interpolation === 'nearest' ? readNearest : readLinear
  const place = new Float64Array(3)
  let nOutside = 0
  for (let z = 0, i = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) {
        const isOutside = !locate(toSource, x, y, z, shape, place)
        if (isOutside) nOutside += 1
        data[i] = isOutside && outside !== 'nearest' ? outside : read(volume, shape, place)
      }
  return { data, nOutside }
}

/** Writes the place, moved onto the volume if it lies outside, and tells whether it was inside. */
function locate(
  map: readonly number[],
  x: number,
  y: number,
  z: number,
  shape: Grid['shape'],
  place: Float64Array,
): boolean {
  let isInside = true
  for (let axis = 0; axis < 3; axis++) {
    const row = 4 * axis
    const at = map[row]! * x + map[row + 1]! * y + map[row + 2]! * z + map[row + 3]!
    place[axis] = Math.min(Math.max(at, 0), shape[axis]! - 1)
    if (Math.abs(at - place[axis]!) > 0.5 + placeRounding) isInside = false
  }
  return isInside
}

function readNearest(
  volume: ArrayLike<number>,
  [nx, ny]: Grid['shape'],
  place: Float64Array,
): number {
  const nearest = (axis: number): number => Math.floor(place[axis]! + 0.5)
  return volume[nearest(0) + nx * (nearest(1) + ny * nearest(2))]!
}

function readLinear(volume: ArrayLike<number>, shape: Grid['shape'], place: Float64Array): number {
  const [nx, ny] = shape
  let value = 0
  for (let corner = 0; corner < 8; corner++) {
    let weight = 1
    let index = 0
    for (let axis = 0, stride = 1; axis < 3; axis++) {
      const low = Math.floor(place[axis]!)
      const fraction = place[axis]! - low
      const isHigh = (corner >> axis) & 1
      weight *= isHigh ? fraction : 1 - fraction
      index += (low + isHigh) * stride
      stride *= axis === 0 ? nx : ny
    }
    // Without a share the neighbour may not even exist.
    if (weight > 0) value += weight * volume[index]!
  }
  return value
}
