/** 4 x 4 affines -> products, inverses and moved points; 16 numbers, row-major, the last row 0 0 0 1. */
import { LimbicError } from '../../core/errors/index.ts'

export type Point = readonly [x: number, y: number, z: number]

/** Leaves everything in place. */
export const identityAffine: readonly number[] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]

/**
 * The affine that applies `second` first and `first` to its result.
 *
 * @param first - 16 numbers.
 * @param second - 16 numbers.
 * @returns The matrix product `first second`, 16 numbers.
 * @throws Never.
 * @example
 * const twice = multiplyAffines([2,0,0,0, 0,2,0,0, 0,0,2,0, 0,0,0,1], [1,0,0,3, 0,1,0,0, 0,0,1,0, 0,0,0,1])[3] // twice = 6
 */
export function multiplyAffines(first: readonly number[], second: readonly number[]): number[] {
  return Array.from({ length: 16 }, (_, i) => {
    const row = i - (i % 4)
    let sum = 0
    for (let k = 0; k < 4; k++) sum += first[row + k]! * second[4 * k + (i % 4)]!
    return sum
  })
}

/**
 * The affine that undoes another.
 *
 * @param affine - 16 numbers.
 * @returns 16 numbers.
 * @throws {LimbicError} `VALUE_INVALID` when the affine maps distinct places to one, or is not finite.
 * @example
 * const back = invertAffine([2,0,0,6, 0,1,0,0, 0,0,1,0, 0,0,0,1])[3] // back = -3
 */
export function invertAffine(affine: readonly number[]): number[] {
  const [a, b, c, x, d, e, f, y, g, h, i, z] = affine as [
    ...[number, number, number, number, number, number],
    ...[number, number, number, number, number, number],
  ]
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  const edges = Math.hypot(a, d, g) * Math.hypot(b, e, h) * Math.hypot(c, f, i)
  if (!(Math.abs(determinant) > 1e-9 * edges && Number.isFinite(determinant)))
    throw new LimbicError('VALUE_INVALID', {
      what: 'the affine of a grid',
      expected: 'a finite affine that maps voxels to distinct places',
      found: `[${affine.join(', ')}]`,
    })
  const linear = [
    ...[e * i - f * h, c * h - b * i, b * f - c * e],
    ...[f * g - d * i, a * i - c * g, c * d - a * f],
    ...[d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((cofactor) => cofactor / determinant)
  const rows = [0, 3, 6].map((row) => {
    const [p, q, r] = [linear[row]!, linear[row + 1]!, linear[row + 2]!]
    return [p, q, r, -(p * x + q * y + r * z)]
  })
  return [...rows.flat(), 0, 0, 0, 1]
}

/**
 * Where an affine takes a point.
 *
 * @param affine - 16 numbers.
 * @param point - Three coordinates.
 * @returns Three coordinates.
 * @throws Never.
 * @example
 * const moved = applyAffine([1,0,0,5, 0,1,0,0, 0,0,1,0, 0,0,0,1], [1, 2, 3]) // moved = [6, 2, 3]
 */
export function applyAffine(affine: readonly number[], point: Point): [number, number, number] {
  const along = (row: number): number =>
    affine[row]! * point[0] +
    affine[row + 1]! * point[1] +
    affine[row + 2]! * point[2] +
    affine[row + 3]!
  return [along(0), along(4), along(8)]
}

/**
 * Lengths of the voxel edges of a grid.
 *
 * @param affine - Voxels to mm, 16 numbers.
 * @returns Millimetres along x, y and z of the grid.
 * @throws Never.
 * @example
 * const sizes = voxelSizesMm([0,-2,0,0, 3,0,0,0, 0,0,4,0, 0,0,0,1]) // sizes = [3, 2, 4]
 */
export function voxelSizesMm(affine: readonly number[]): [number, number, number] {
  const edge = (axis: number): number =>
    Math.hypot(affine[axis]!, affine[4 + axis]!, affine[8 + axis]!)
  return [edge(0), edge(1), edge(2)]
}
