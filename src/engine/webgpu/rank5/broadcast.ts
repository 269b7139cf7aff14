/** Two shapes that broadcast -> the same broadcast on as few axes as possible: TensorFlow.js's shaders are wrong on more than four. */

/** Shapes of both operands, of equal length. */
export type MergedShapes = readonly [a: readonly number[], b: readonly number[]]

/**
 * Merges neighbouring axes on which the same operand, or none, is repeated.
 *
 * @param a - Shape of the first operand.
 * @param b - Shape of the second; the two must broadcast.
 * @returns Shapes with the same elements in the same order.
 * @throws Never.
 * @example
 * const bias = mergeAxes([2, 5, 6, 7, 8], [8]) // bias = [[420, 8], [1, 8]]
 * const same = mergeAxes([2, 5, 6], [2, 5, 6]) // same = [[60], [60]]
 * const scalar = mergeAxes([2, 5], []) // scalar = [[10], [1]]
 */
export function mergeAxes(a: readonly number[], b: readonly number[]): MergedShapes {
  const rank = Math.max(a.length, b.length)
  const [fullA, fullB] = [alignRight(a, rank), alignRight(b, rank)]
  const merged: { a: number; b: number; kind: Kind }[] = []
  for (let axis = 0; axis < rank; axis++) {
    const [lengthA, lengthB] = [fullA[axis]!, fullB[axis]!]
    if (lengthA === 1 && lengthB === 1) continue
    const kind = kindOf(lengthA, lengthB)
    const last = merged.at(-1)
    if (last?.kind === kind) {
      last.a *= lengthA
      last.b *= lengthB
    } else merged.push({ a: lengthA, b: lengthB, kind })
  }
  if (merged.length === 0) return [[1], [1]]
  return [merged.map((axis) => axis.a), merged.map((axis) => axis.b)]
}

/** Which operand is repeated along an axis. */
type Kind = 'none' | 'a' | 'b'

function kindOf(lengthA: number, lengthB: number): Kind {
  if (lengthA === lengthB) return 'none'
  return lengthA === 1 ? 'a' : 'b'
}

function alignRight(shape: readonly number[], rank: number): number[] {
  return [...Array.from({ length: rank - shape.length }, () => 1), ...shape]
}
