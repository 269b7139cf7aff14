/** A volume's spline in WebAssembly memory -> the spline of the volume blurred by a Gaussian. */
import type { SplineMemory } from '../resample/spline-volume.ts'

/** Weights of a blur, in WebAssembly memory. */
export interface SplineBlur {
  /** Standard deviations in voxels, along x, y and z. */
  readonly sigmas: readonly number[]
  /** Byte offsets of the weights along x, y and z. */
  readonly weights: readonly number[]
  /** Weights on either side of the middle one. */
  readonly radii: readonly number[]
  /** Byte offset of a line to work on. */
  readonly line: number
}

/**
 * Prepares a blur that is equally wide in mm along every axis.
 *
 * @param space - Memory of a grid; room for the weights is reserved in it.
 * @param fwhmMm - Full width at half maximum.
 * @param voxelSizeMm - Voxel edges along x, y and z.
 * @returns The weights, cut at three standard deviations.
 * @throws {RangeError} When the system refuses the memory.
 */
export function createBlur(
  space: SplineMemory,
  fwhmMm: number,
  voxelSizeMm: readonly number[],
): SplineBlur {
  const sigmas = voxelSizeMm.map((size) => fwhmMm / Math.sqrt(8 * Math.log(2)) / size)
  const radii = sigmas.map((sigma) => Math.ceil(3 * sigma))
  const weights = radii.map((radius) => space.reserve((2 * radius + 1) * 4))
  const line = space.reserve((space.shape[0] + 2 * radii[0]! + 4) * 4)
  weights.forEach((at, axis) => {
    const [radius, sigma] = [radii[axis]!, sigmas[axis]!]
    const raw = Array.from({ length: 2 * radius + 1 }, (_, i) =>
      Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
    )
    const sum = raw.reduce((total, weight) => total + weight, 0)
    space.floats(at, raw.length).set(raw.map((weight) => weight / sum))
  })
  return { sigmas, weights, radii, line }
}

/**
 * Blurs a spline.
 *
 * @param space - Memory of the grid.
 * @param blur - Made for the same memory.
 * @param from - Byte offset of the padded volume that holds the coefficients.
 * @param to - Byte offset of another, for the result.
 * @param spare - Byte offset of a third, for passing through.
 * @returns Nothing.
 * @throws Never.
 * @remarks The blurred volume's spline is the blurred spline: filters commute. O(nVoxels * fwhm).
 */
export function blurSpline(
  { kernels, shape, stride }: SplineMemory,
  { weights, radii, line }: SplineBlur,
  from: number,
  to: number,
  spare: number,
): void {
  kernels.smooth(
    ...[from, to, spare, ...shape, stride],
    ...[weights[0]!, radii[0]!, weights[1]!, radii[1]!, weights[2]!, radii[2]!, line],
  )
}
