/** Six rigid-body parameters per volume (mm, rad) <-> 4 x 4 motions in world mm, and how far they move the head. */
import { LimbicError } from '../core/errors/index.ts'
import type { Grid, Matrix } from '../core/types.ts'
import { applyAffine, type Point } from './resample/affine-map.ts'

/** Millimetres along x, y, z, then right-handed radians about x, y, z. */
export type MotionParameters = readonly [
  transX: number,
  transY: number,
  transZ: number,
  rotX: number,
  rotY: number,
  rotZ: number,
]

/** Names of the six parameters, in fMRIPrep's words. */
export const motionNames = ['trans_x', 'trans_y', 'trans_z', 'rot_x', 'rot_y', 'rot_z'] as const

/**
 * The motion that six parameters stand for: a point of the head at x in the reference is at `M x` in the volume.
 *
 * @param parameters - mm and rad.
 * @param centreMm - The point that rotations leave in place.
 * @returns 16 numbers, row-major: rotate about the centre, x first, then y, then z, then translate.
 * @throws Never.
 * @example
 * const shifted = motionMatrix([1, 2, 3, 0, 0, 0], [0, 0, 0]) // shifted = [1,0,0,1, 0,1,0,2, 0,0,1,3, 0,0,0,1]
 */
export function motionMatrix(parameters: MotionParameters, centreMm: Point): number[] {
  const [tx, ty, tz, rx, ry, rz] = parameters
  const [cx, sx] = [Math.cos(rx), Math.sin(rx)]
  const [cy, sy] = [Math.cos(ry), Math.sin(ry)]
  const [cz, sz] = [Math.cos(rz), Math.sin(rz)]
  const rotation = [
    [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
    [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
    [-sy, cy * sx, cy * cx],
  ] as const
  const rows = rotation.map((row, i) => {
    const turned = row[0] * centreMm[0] + row[1] * centreMm[1] + row[2] * centreMm[2]
    return [...row, [tx, ty, tz][i]! + centreMm[i]! - turned]
  })
  // Adding 0 turns -0 into 0.
  return [...rows.flat(), 0, 0, 0, 1].map((value) => value + 0)
}

/**
 * The six parameters of a motion.
 *
 * @param motion - 16 numbers: a rotation and a translation.
 * @param centreMm - The point that rotations leave in place.
 * @returns mm and rad; the rotation about y lies between -pi/2 and pi/2.
 * @throws Never.
 * @example
 * const parameters = motionParameters([1,0,0,1, 0,1,0,2, 0,0,1,3, 0,0,0,1], [5, 5, 5]) // parameters = [1, 2, 3, 0, 0, 0]
 */
export function motionParameters(
  motion: readonly number[],
  centreMm: Point,
): [number, number, number, number, number, number] {
  const moved = applyAffine(motion, centreMm)
  const [r00, r10, r20, r21, r22] = [motion[0]!, motion[4]!, motion[8]!, motion[9]!, motion[10]!]
  return [
    moved[0] - centreMm[0],
    moved[1] - centreMm[1],
    moved[2] - centreMm[2],
    Math.atan2(r21, r22),
    Math.atan2(-r20, Math.hypot(r00, r10)) + 0,
    Math.atan2(r10, r00),
  ]
}

/**
 * The middle of a grid.
 *
 * @param grid - The grid.
 * @returns Millimetres.
 * @throws Never.
 * @example
 * const centre = gridCentre({ shape: [3, 3, 3], affine: [2,0,0,0, 0,2,0,0, 0,0,2,0, 0,0,0,1] }) // centre = [2, 2, 2]
 */
export function gridCentre({ shape, affine }: Grid): [number, number, number] {
  return applyAffine(affine, [(shape[0] - 1) / 2, (shape[1] - 1) / 2, (shape[2] - 1) / 2])
}

/**
 * The eight corners of a grid: the centres of its corner voxels.
 *
 * @param grid - The grid.
 * @returns Eight points in millimetres.
 * @throws Never.
 */
export function gridCorners({ shape, affine }: Grid): Point[] {
  return Array.from({ length: 8 }, (_, i) =>
    applyAffine(affine, [
      i & 1 ? shape[0] - 1 : 0,
      i & 2 ? shape[1] - 1 : 0,
      i & 4 ? shape[2] - 1 : 0,
    ]),
  )
}

/**
 * How far apart two motions carry some points.
 *
 * @param first - 16 numbers.
 * @param second - 16 numbers.
 * @param points - Millimetres, at least one; as a rule the corners of the volume.
 * @returns Mean and largest distance in mm.
 * @throws Never.
 */
export function motionDistance(
  first: readonly number[],
  second: readonly number[],
  points: readonly Point[],
): { readonly meanMm: number; readonly maxMm: number } {
  const distances = points.map((point) => {
    const [a, b] = [applyAffine(first, point), applyAffine(second, point)]
    return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
  })
  const meanMm = distances.reduce((sum, distance) => sum + distance / distances.length, 0)
  return { meanMm, maxMm: Math.max(...distances) }
}

/**
 * Framewise displacement: how far the head has moved since the volume before.
 *
 * @param parameters - `[nVolumes x 6]`, mm and rad as `MotionParameters`.
 * @param radiusMm - Radius of the sphere on whose surface rotations are turned into mm; 50 by default.
 * @returns mm per volume; 0 for the first.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there are not six columns.
 * @remarks Power et al. (2012), NeuroImage 59:2142-2154: the sum of the six absolute differences.
 * @example
 * const fd = framewiseDisplacement({ data: Float64Array.of(0,0,0,0,0,0, 1,0,-1,0.02,0,0), nRows: 2, nCols: 6 }) // fd = [0, 3]
 */
export function framewiseDisplacement(parameters: Matrix, radiusMm = 50): Float64Array {
  const { data, nRows, nCols } = parameters
  if (nCols !== 6)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'motion parameters',
      expected: '6 columns: three translations in mm, three rotations in rad',
      found: `${nCols} columns`,
    })
  const displacement = new Float64Array(nRows)
  for (let t = 1; t < nRows; t++)
    for (let k = 0; k < 6; k++) {
      const step = Math.abs(data[6 * t + k]! - data[6 * (t - 1) + k]!)
      displacement[t]! += k < 3 ? step : radiusMm * step
    }
  return displacement
}
