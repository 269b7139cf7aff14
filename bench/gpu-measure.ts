/** Work on the GPU engine -> seconds: many calls are queued before one wait, as in training, and what is compiled first does not count. */
import type { Engine } from '../src/engine/index.ts'

/** Seconds from which on one call is long enough to be timed by itself. */
const longCall = 0.5

/**
 * Waits until all that was queued is done.
 *
 * @param engine - The engine.
 * @returns Nothing.
 * @throws {LimbicError} `ENGINE_GPU_ERROR` when something went wrong on the way.
 */
export async function waitFor({ tf }: Engine): Promise<void> {
  const one = tf.tidy(() => tf.add(tf.scalar(1), 1))
  await one.data()
  one.dispose()
}

/**
 * Times a call.
 *
 * @param engine - The engine.
 * @param call - Queues the work, and disposes of what it makes.
 * @param minSeconds - How long to measure at least.
 * @returns Seconds per call, the best of three series.
 * @throws What the call throws.
 */
export async function timeCall(
  engine: Engine,
  call: () => void,
  minSeconds: number,
): Promise<number> {
  const series = async (n: number): Promise<number> => {
    const started = performance.now()
    for (let i = 0; i < n; i++) call()
    await waitFor(engine)
    return (performance.now() - started) / 1000 / n
  }
  await series(1)
  const single = await series(1)
  if (single > longCall) return single
  const n = Math.max(1, Math.min(200, Math.ceil(minSeconds / single)))
  return Math.min(await series(n), await series(n), await series(n))
}

/**
 * The middle of some numbers.
 *
 * @param values - At least one number.
 * @returns The median.
 * @throws Never.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
