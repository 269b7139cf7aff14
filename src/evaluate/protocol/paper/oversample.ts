/** Class indices -> the samples that make all classes equally frequent, those of rarer classes repeated at random. */
import type { Rng } from '../../../core/rng.ts'
import { selectRows } from '../../../math/matrix.ts'
import type { LabelledFeatures } from '../samples.ts'

/**
 * Draws which samples are repeated.
 *
 * @param labels - Class index per sample.
 * @param rng - Draws from the samples of each class, with replacement.
 * @returns Indices of samples: each once, in order, followed by the repeated ones, class by class.
 * @throws Never.
 * @example
 * const kept = [...oversample(Int32Array.of(0, 0, 1), { integer: () => 0 })] // kept = [0, 1, 2, 2]
 */
export function oversample(labels: Int32Array, rng: Pick<Rng, 'integer'>): Int32Array {
  const members = new Map<number, number[]>()
  labels.forEach((label, i) => members.set(label, [...(members.get(label) ?? []), i]))
  const most = Math.max(0, ...[...members.values()].map(({ length }) => length))
  const classes = [...members.keys()].sort((a, b) => a - b)
  const repeated = classes.flatMap((label) => {
    const own = members.get(label)!
    return Array.from({ length: most - own.length }, () => own[rng.integer(own.length)]!)
  })
  return Int32Array.from([...labels.keys(), ...repeated])
}

/**
 * Takes samples by their indices.
 *
 * @param samples - The samples.
 * @param indices - Which of them; an index may occur more than once.
 * @returns The samples in that order.
 * @throws Never.
 */
export function takeIndices(samples: LabelledFeatures, indices: Int32Array): LabelledFeatures {
  return {
    features: selectRows(samples.features, indices),
    labels: indices.map((i) => samples.labels[i]!),
    runs: samples.runs,
    time: selectRows(samples.time, indices),
    motion: samples.motion && selectRows(samples.motion, indices),
  }
}
