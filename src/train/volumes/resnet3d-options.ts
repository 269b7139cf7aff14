/** A caller's settings for the 3D ResNet -> complete training settings, the preset's table filling in what is absent. */
import { z } from 'zod'
import {
  resnet3dPresets,
  resnet3dTraining,
  resnet3dVariants,
  type Resnet3dDepth,
  type Resnet3dPreset,
  type VolumeTraining,
} from '../../../models/index.ts'
import { parseClassifierOptions } from '../linear/classifier-options.ts'

const depths = Object.keys(resnet3dVariants).map(Number) as Resnet3dDepth[]

/** Settings of the 3D ResNet; an absent one takes the value of `resnet3dTraining[preset]`, where each is described. */
export const resnet3dOptionsSchema = z.strictObject({
  preset: z.enum(resnet3dPresets).default('compact'),
  /** Depth of the preset `paper`. */
  depth: z.union(depths.map((depth) => z.literal(depth))).default(50),
  epochs: z.int().min(0).optional(),
  members: z.int().min(1).max(20).optional(),
  batchSize: z.int().min(1).optional(),
  dropPartialBatch: z.boolean().optional(),
  learningRate: z.number().gt(0).optional(),
  weightDecay: z.number().min(0).optional(),
  l2: z.number().min(0).optional(),
  shortcutL2: z.number().min(0).optional(),
  schedule: z.enum(['cosine', 'plateau']).optional(),
  warmUpEpochs: z.number().min(0).optional(),
  labelSmoothing: z.number().min(0).lt(1).optional(),
  balance: z.enum(['weights', 'oversample', 'none']).optional(),
  volumeZ: z.boolean().optional(),
  inputNoise: z.number().min(0).optional(),
  gainSd: z.number().min(0).optional(),
  shiftVoxels: z.int().min(0).optional(),
  flips: z.array(z.enum(['x', 'y', 'z'])).optional(),
  patience: z.int().min(1).nullable().optional(),
  keepBest: z.enum(['accuracy', 'loss']).nullable().optional(),
  checkpointEvery: z.int().min(1).optional(),
  /** Training ends after the epoch in which this time is over. */
  maxMinutes: z.number().gt(0).optional(),
  /** The most that training volumes may take in memory; what does not fit is read again in every epoch. */
  bufferMegabytes: z.number().gt(0).default(1024),
})
export type Resnet3dFitOptions = z.input<typeof resnet3dOptionsSchema>

export interface ResolvedResnet3d {
  readonly preset: Resnet3dPreset
  readonly depth: Resnet3dDepth
  readonly training: VolumeTraining
  readonly maxMinutes: number | undefined
  readonly bufferBytes: number
}

/**
 * Checks settings and fills in the preset's.
 *
 * @param options - Settings of a pipeline or a caller.
 * @returns Preset, depth, and the complete settings of training.
 * @throws {LimbicError} `VALUE_INVALID` naming every setting that is unknown or out of range.
 */
export function resolveResnet3dOptions(options: unknown): ResolvedResnet3d {
  const parsed = parseClassifierOptions('resnet3d', resnet3dOptionsSchema, options)
  const { preset, depth, maxMinutes, bufferMegabytes, ...given } = parsed
  const present = Object.entries(given).filter(([, value]) => value !== undefined)
  const training = {
    ...resnet3dTraining[preset],
    ...(Object.fromEntries(present) as Partial<VolumeTraining>),
  }
  return { preset, depth, training, maxMinutes, bufferBytes: bufferMegabytes * 1024 * 1024 }
}
