/** A volume -> the volume blurred by a Gaussian along x, y and z; Float64Array of nVoxels, x fastest. */
import type { FloatArray, Grid } from '../core/types.ts'

/**
 * Blurs a volume; values that are not finite count as 0.
 *
 * @param volume - `[nVoxels]`; not changed.
 * @param shape - Voxels along x, y and z.
 * @param fwhmVoxels - Full width at half maximum, in voxels.
 * @returns The blurred volume; it is mirrored at its borders.
 * @throws Never.
 * @remarks Separable kernel cut at four standard deviations, as scipy.ndimage `gaussian_filter1d`. O(nVoxels * fwhmVoxels).
 */
export function smoothVolume(
  volume: FloatArray,
  shape: Grid['shape'],
  fwhmVoxels: number,
): Float64Array {
  const kernel = gaussian(fwhmVoxels / Math.sqrt(8 * Math.log(2)))
  const [nx, ny, nz] = shape
  let smooth = Float64Array.from(volume, (value) => (Number.isFinite(value) ? value : 0))
  smooth = smoothAlong(smooth, kernel, nx, 1)
  smooth = smoothAlong(smooth, kernel, ny, nx)
  return smoothAlong(smooth, kernel, nz, nx * ny)
}

/** Weights from -radius to radius, summing to 1. */
function gaussian(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5)
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

function smoothAlong(
  volume: Float64Array,
  kernel: Float64Array,
  length: number,
  stride: number,
): Float64Array<ArrayBuffer> {
  const radius = (kernel.length - 1) / 2
  return Float64Array.from(volume, (_, i) => {
    const position = Math.floor(i / stride) % length
    let sum = 0
    for (let k = -radius; k <= radius; k++) {
      const from = mirror(position + k, length)
      sum += kernel[k + radius]! * volume[i + (from - position) * stride]!
    }
    return sum
  })
}

/** Mirrors a position outside 0..n-1 at the border between voxels: -1 is 0, n is n - 1. */
function mirror(position: number, n: number): number {
  const period = 2 * n
  const wrapped = ((position % period) + period) % period
  return wrapped < n ? wrapped : period - 1 - wrapped
}
