/** Vectors of three numbers, as DICOM gives positions and directions. */
import type { Vector3 } from './types.ts'

/**
 * The cross product.
 *
 * @param a - Left factor.
 * @param b - Right factor.
 * @returns `a x b`.
 * @throws Never.
 * @example
 * const normal = cross([1, 0, 0], [0, 1, 0]) // normal = [0, 0, 1]
 */
export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/**
 * The scalar product.
 *
 * @param a - Left factor.
 * @param b - Right factor.
 * @returns `a . b`.
 * @throws Never.
 * @example
 * const product = dot([1, 2, 3], [4, 5, 6]) // product = 32
 */
export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/**
 * A place, moved along a direction.
 *
 * @param from - The place.
 * @param direction - The direction.
 * @param factor - How many times the direction.
 * @returns `from + factor * direction`.
 * @throws Never.
 * @example
 * const place = moved([1, 1, 1], [0, 0, 2], 3) // place = [1, 1, 7]
 */
export function moved(from: Vector3, direction: Vector3, factor: number): Vector3 {
  return [
    from[0] + factor * direction[0],
    from[1] + factor * direction[1],
    from[2] + factor * direction[2],
  ]
}

/**
 * Three numbers out of a list as a vector.
 *
 * @param numbers - The list.
 * @param start - Index of the first.
 * @returns The vector, or undefined when the list is too short.
 * @throws Never.
 * @example
 * const vector = vectorAt([9, 1, 2, 3], 1) // vector = [1, 2, 3]
 */
export function vectorAt(
  numbers: readonly number[] | undefined,
  start: number,
): Vector3 | undefined {
  if (numbers === undefined || numbers.length < start + 3) return undefined
  return [numbers[start]!, numbers[start + 1]!, numbers[start + 2]!]
}

/**
 * Tells whether two vectors span an image plane: unit length, at right angles, as far as decimals in headers go.
 *
 * @param row - Direction along a row.
 * @param column - Direction down a column.
 * @returns Whether they do.
 * @throws Never.
 * @example
 * const answer = isPlane([1, 0, 0], [0, 0, -1]) // answer = true
 */
export function isPlane(row: Vector3, column: Vector3): boolean {
  const unit = (v: Vector3): boolean => Math.abs(dot(v, v) - 1) < 0.01
  return unit(row) && unit(column) && Math.abs(dot(row, column)) < 0.01
}
