/** A head made of smooth functions of world mm, so that moved volumes are sampled exactly, without any interpolation. */
import { createRng, type Rng } from '../../src/core/rng.ts'
import type { Grid } from '../../src/core/types.ts'
import { gridCentre, motionMatrix, type MotionParameters } from '../../src/preprocess/motion.ts'
import {
  applyAffine,
  identityAffine,
  invertAffine,
  multiplyAffines,
  type Point,
} from '../../src/preprocess/resample/index.ts'

/** Intensity at a place in mm. */
export type Head = (place: Point) => number

/** 40 blobs in an ellipsoid of 68 x 84 x 58 mm with a soft border; about 1000 inside. */
export function createHead(seed: number, radii: Point = [68, 84, 58]): Head {
  const rng = createRng(seed)
  const blobs = Array.from({ length: 40 }, () => ({
    at: [1.6, 2, 1.4].map((size, axis) => (rng.uniform() - 0.5) * size * radii[axis]!),
    width: 6 + 10 * rng.uniform(),
    height: 500 * (rng.uniform() - 0.4),
  }))
  return (place) => {
    const depth = 70 * (Math.hypot(...place.map((value, axis) => value / radii[axis]!)) - 1)
    if (depth > 30) return 0
    const border = 1 / (1 + Math.exp(depth / 2))
    let value = 1000
    for (const { at, width, height } of blobs) {
      const [dx, dy, dz] = [place[0] - at[0]!, place[1] - at[1]!, place[2] - at[2]!]
      const distance = (dx * dx + dy * dy + dz * dz) / (2 * width * width)
      if (distance < 10) value += height * Math.exp(-distance)
    }
    return value * border
  }
}

/** A grid around the origin, x flipped as scanners like it. */
export function centredGrid(shape: Grid['shape'], sizeMm: Point): Grid {
  const [x, y, z] = sizeMm
  const first = [x, y, z].map((size, axis) => (-(shape[axis]! - 1) / 2) * size)
  return {
    shape,
    affine: [-x, 0, 0, -first[0]!, 0, y, 0, first[1]!, 0, 0, z, first[2]!, 0, 0, 0, 1],
  }
}

/** What the scanner sees of a head that has moved. */
export function scan(
  head: Head,
  grid: Grid,
  motion: readonly number[] = identityAffine,
  noise?: { readonly rng: Rng; readonly sd: number },
): Float32Array {
  const toHead = multiplyAffines(invertAffine(motion), grid.affine)
  const [nx, ny, nz] = grid.shape
  return Float32Array.from({ length: nx * ny * nz }, (_, i) => {
    const voxel = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))] as const
    return (
      head(applyAffine(toHead, voxel)) + (noise === undefined ? 0 : noise.sd * noise.rng.normal())
    )
  })
}

/** A motion of up to so many mm and degrees along and about every axis. */
export function randomMotion(rng: Rng, grid: Grid, mm: number, degrees: number): number[] {
  const limits = [mm, mm, mm, degrees, degrees, degrees]
  const parameters = limits.map(
    (limit, k) => limit * (2 * rng.uniform() - 1) * (k < 3 ? 1 : Math.PI / 180),
  )
  return motionMatrix(parameters as unknown as MotionParameters, gridCentre(grid))
}
