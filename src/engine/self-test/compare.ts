/** A tensor of an engine against its float64 reference -> the error of an operation; and the seeded numbers that operations are tried on. */
import { createRng } from '../../core/rng.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

export interface OperationCheck {
  readonly operation: string
  /** Largest absolute error, divided by the largest absolute value of the reference. */
  readonly error: number
}

/**
 * Compares and disposes a tensor.
 *
 * @param operation - Name of the operation, for people.
 * @param tensor - What the engine computed.
 * @param reference - What it should be.
 * @returns The error; infinite when the sizes differ, NaN when a number is not one.
 * @throws Never.
 */
export async function compare(
  operation: string,
  tensor: Tensor,
  reference: ArrayLike<number>,
): Promise<OperationCheck> {
  const values = await tensor.data()
  tensor.dispose()
  if (values.length !== reference.length) return { operation, error: Infinity }
  let [worst, scale] = [0, 0]
  for (let i = 0; i < reference.length; i++) {
    worst = Math.max(worst, Math.abs(reference[i]! - values[i]!))
    scale = Math.max(scale, Math.abs(reference[i]!))
  }
  return { operation, error: worst / scale }
}

/**
 * Standard normal numbers.
 *
 * @param length - How many.
 * @param name - Same name, same numbers.
 * @returns The numbers.
 * @throws Never.
 */
export function noise(length: number, name: string): Float32Array {
  const rng = createRng(`self-test/${name}`)
  return Float32Array.from({ length }, () => rng.normal())
}
