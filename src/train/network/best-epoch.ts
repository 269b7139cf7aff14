/** The epochs of a training run -> how many of them a fit without validation should take. */
import type { NetworkTraining } from '../../../models/index.ts'
import type { EpochRecord } from '../classifier.ts'

/**
 * After how many epochs validation was best, where the settings let validation decide.
 *
 * @param epochs - Records in order, one per epoch.
 * @param training - Settings: `keepBest` says what is best (the loss unless it says accuracy); validation decides if that or `patience` is set.
 * @returns The number of epochs, the smallest if several are as good; nothing when validation decides nothing or there was none.
 * @throws Never.
 */
export function describeBestEpoch(
  epochs: readonly EpochRecord[],
  { patience, keepBest }: Pick<NetworkTraining, 'patience' | 'keepBest'>,
): { bestEpoch?: number } {
  if (patience === null && keepBest === null) return {}
  const scores = epochs.map(({ validationAccuracy, validationLoss }) =>
    keepBest === 'accuracy' ? validationAccuracy : validationLoss && -validationLoss,
  )
  const best = scores.reduce<number>(
    (at, score, i) => (score !== undefined && score > (scores[at] ?? -Infinity) ? i : at),
    0,
  )
  return scores[best] === undefined ? {} : { bestEpoch: best + 1 }
}
