/** Seeded tensors for engine tests, and how far two arrays are apart. */
import { createRng } from '../../src/core/rng.ts'
import type { Tf } from '../../src/engine/tf.ts'

/** Standard normal numbers that depend on the name only. */
export function noise(length: number, name: string): Float32Array {
  const rng = createRng(`engine-test/${name}`)
  return Float32Array.from({ length }, () => rng.normal())
}

/** Largest absolute difference, divided by the largest absolute value of the reference. NaN when anything is NaN. */
export function relativeError(values: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (values.length !== reference.length) return Infinity
  let [worst, scale] = [0, 0]
  for (let i = 0; i < reference.length; i++) {
    worst = Math.max(worst, Math.abs(values[i]! - reference[i]!))
    scale = Math.max(scale, Math.abs(reference[i]!))
  }
  return worst === 0 ? 0 : worst / scale
}

export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** The same calculation on this engine and on the stock backend of TensorFlow.js. */
export async function onBoth<T>(tf: Tf, run: () => T): Promise<{ own: T; stock: T }> {
  const own = run()
  await tf.setBackend('cpu')
  // Spares the log an advertisement for another package.
  ;(tf.backend() as unknown as { firstUse: boolean }).firstUse = false
  try {
    return { own, stock: run() }
  } finally {
    await tf.setBackend('limbic-cpu')
  }
}
