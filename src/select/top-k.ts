/** One score per voxel -> the indices of the k best voxels. */
import { LimbicError } from '../core/errors/index.ts'

/**
 * Indices of the k largest scores.
 *
 * @param scores - One score per voxel; NaN ranks last.
 * @param k - How many to take.
 * @returns k indices, ascending.
 * @throws {LimbicError} `SELECT_K_TOO_LARGE` when there are fewer than k scores; `VALUE_INVALID` when k is not a positive whole number.
 * @remarks O(n log n). Of equal scores the later index wins, as in scikit-learn's SelectKBest.
 * @example
 * const best = Array.from(topK(Float64Array.of(2, 9, NaN, 2), 2)) // best = [1, 3]
 */
export function topK(scores: Float64Array, k: number): Int32Array {
  if (!Number.isInteger(k) || k < 1)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the number of voxels to select',
      expected: 'a whole number of at least 1',
      found: `${k}`,
    })
  if (k > scores.length) throw new LimbicError('SELECT_K_TOO_LARGE', { k, nVoxels: scores.length })
  const ranks = Float64Array.from(scores, (score) => (Number.isNaN(score) ? -Infinity : score))
  const cutoff = ranks.slice().sort()[scores.length - k]!
  let nAtCutoff = k
  for (const rank of ranks) if (rank > cutoff) nAtCutoff--
  const chosen = new Int32Array(k)
  let last = k
  for (let i = ranks.length - 1; i >= 0 && last > 0; i--) {
    if (ranks[i]! > cutoff || (ranks[i] === cutoff && nAtCutoff-- > 0)) chosen[--last] = i
  }
  return chosen
}
