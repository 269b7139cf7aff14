/** Features `[nSamples x nFeatures]` in any unit -> centred and of unit mean square, and weights fitted on those -> weights for the features as they are. */
import type { Matrix, Matrix64 } from '../../core/types.ts'
import type { LinearWeights } from './linear-state.ts'
import { centreFeatures, featureMeans } from './training-set.ts'

/** Features that an iterative search can work on, and the way back. */
export interface Rescaled {
  readonly features: Matrix64
  /** Turns weights fitted on `features` into weights for what was given. */
  readonly restore: (fitted: LinearWeights) => LinearWeights
}

/**
 * Takes each feature's mean away and divides all of them by one number, so that raw intensities become as large as z-scores are.
 *
 * @param features - Samples; not changed.
 * @returns The rescaled features: how they vary against each other is as before.
 * @throws Never.
 */
export function rescaleFeatures(features: Matrix): Rescaled {
  const mean = featureMeans(features)
  const centred = centreFeatures(features, mean)
  const square = centred.data.reduce((sum, value) => sum + value * value, 0)
  const unit = Math.sqrt(square / Math.max(1, centred.data.length)) || 1
  for (let i = 0; i < centred.data.length; i++) centred.data[i]! /= unit
  return {
    features: centred,
    restore: ({ weights, bias }) => {
      const nClasses = bias.length
      const restored = weights.map((weight) => weight / unit)
      const shifted = bias.slice()
      restored.forEach((weight, i) => {
        shifted[i % nClasses]! -= weight * mean[Math.floor(i / nClasses)]!
      })
      return { weights: restored, bias: shifted }
    },
  }
}
