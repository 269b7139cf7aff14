/** Samples, settings and seed of a training run -> one short text that tells it from every other run. */
import { createHash } from 'node:crypto'
import type { Rng } from '../../core/rng.ts'

/**
 * Identifies a training run.
 *
 * @param arrays - Features and labels of everything that training sees.
 * @param settings - Everything that decides how training goes, as plain values.
 * @param rng - The stream that training draws from.
 * @returns SHA-256, hexadecimal.
 * @throws Never.
 */
export function fingerprintTraining(
  arrays: readonly (Float32Array | Int32Array)[],
  settings: object,
  rng: Rng,
): string {
  const seed = rng.fork('fingerprint')
  const hash = createHash('sha256')
    .update(JSON.stringify(settings))
    .update(Float64Array.of(seed.uniform(), seed.uniform()))
  for (const array of arrays) hash.update(`${array.length} `).update(array)
  return hash.digest('hex')
}
