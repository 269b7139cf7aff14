/** A caller's settings for the 1D CNN -> complete training settings, the preset's table filling in what is absent. */
import { z } from 'zod'
import {
  cnn1dPresets,
  cnn1dTraining,
  type Cnn1dPreset,
  type NetworkTraining,
} from '../../../models/index.ts'
import { parseClassifierOptions } from '../linear/classifier-options.ts'

/** Settings of the 1D CNN; an absent one takes the value of `cnn1dTraining[preset]`, where each is described. */
export const cnn1dOptionsSchema = z.strictObject({
  preset: z.enum(cnn1dPresets).default('compact'),
  epochs: z.union([z.literal('auto'), z.int().min(0)]).optional(),
  batchSize: z.int().min(1).optional(),
  dropPartialBatch: z.boolean().optional(),
  learningRate: z.number().gt(0).optional(),
  weightDecay: z.number().min(0).optional(),
  l1: z.number().min(0).optional(),
  schedule: z.enum(['cosine', 'plateau']).optional(),
  warmUpEpochs: z.number().min(0).optional(),
  labelSmoothing: z.number().min(0).lt(1).optional(),
  balance: z.enum(['weights', 'oversample', 'none']).optional(),
  inputNoise: z.number().min(0).optional(),
  patience: z.int().min(1).nullable().optional(),
  keepBest: z.enum(['accuracy', 'loss']).nullable().optional(),
  checkpointEvery: z.int().min(1).optional(),
})
export type Cnn1dFitOptions = z.input<typeof cnn1dOptionsSchema>

/** Training settings with the number of epochs decided. */
export type ResolvedTraining = NetworkTraining & { readonly epochs: number }

/**
 * Checks settings and fills in the preset's.
 *
 * @param options - Settings of a pipeline or a caller.
 * @param nSamples - Training samples in an epoch, for `epochs: auto`.
 * @returns The preset and its complete settings.
 * @throws {LimbicError} `VALUE_INVALID` naming every setting that is unknown or out of range.
 */
export function resolveCnn1dOptions(
  options: unknown,
  nSamples: number,
): { readonly preset: Cnn1dPreset; readonly training: ResolvedTraining } {
  const { preset, ...given } = parseClassifierOptions('cnn1d', cnn1dOptionsSchema, options)
  const defaults = cnn1dTraining[preset]
  const present = Object.entries(given).filter(([, value]) => value !== undefined)
  const training = { ...defaults, ...(Object.fromEntries(present) as Partial<NetworkTraining>) }
  const epochs =
    training.epochs === 'auto' ? autoEpochs(nSamples, training.batchSize) : training.epochs
  return { preset, training: { ...training, epochs } }
}

/**
 * Epochs by the number of steps: about 280 steps, but 6 epochs at least and 20 at most.
 *
 * @param nSamples - Samples in an epoch.
 * @param batchSize - Samples in a step.
 * @returns 20 epochs up to some 900 samples (140 steps at 504 samples and batch 64), 6 from some 2800 on (276 steps at 3000).
 * @throws Never.
 * @example
 * const epochs = autoEpochs(504, 64) // epochs = 20
 */
export function autoEpochs(nSamples: number, batchSize: number): number {
  const stepsPerEpoch = Math.max(1, Math.floor(nSamples / batchSize))
  return Math.min(20, Math.max(6, Math.round(280 / stepsPerEpoch)))
}
