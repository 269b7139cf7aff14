/** zod source of `bundle/manifest.json`: everything about a frozen decoder except its numbers, which lie in hashed files beside it. */
import { z } from 'zod'

export const gridSchema = z.strictObject({
  shape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  affine: z.array(z.number()).length(16),
})

/** How well the decoder tells classes apart in runs of a subject that its calibration has not seen. */
export const gateSchema = z.strictObject({
  /** Area under the ROC curve over single volumes, each class against the rest, mean over the classes that occur. */
  auc: z.number().min(0).max(1),
  threshold: z.number().min(0).max(1),
  passed: z.boolean(),
  nRuns: z.int().min(1),
  nVolumes: z.int().min(1),
})

const lossChangeSchema = z.strictObject({ before: z.number(), after: z.number() })

/** What was learnt of a subject beyond its calibration. */
export const fineTuningSchema = z.strictObject({
  /** Dense layers whose weights are the subject's own; all others are those of the bundle. */
  layers: z.array(z.string()).min(1),
  /** The calibration runs whose labels were learnt from: no score of theirs means anything any more. */
  runs: z.array(z.string()).min(1),
  nVolumes: z.int().min(1),
  learningRate: z.number().gt(0),
  epochs: z.int().min(0),
  chosenBy: z.enum(['left-out runs', 'default', 'user']),
  /** Cross-entropy in nats, every class with the same weight, of the runs that were learnt from. */
  loss: lossChangeSchema,
  /** Mean over calibration runs, each left out in turn; null when they did not choose the number of epochs. */
  leftOutLoss: lossChangeSchema.nullable(),
})

export const bundleSchema = z.strictObject({
  format: z.literal('limbic-bundle-1'),
  name: z.string(),
  version: z.string(),
  model: z.string(),
  classes: z.array(z.string()).min(2),
  grid: gridSchema,
  trSeconds: z.number().gt(0),
  /** Subjects whose runs trained the decoder; each has an alignment of its own in the bundle. */
  trainingSubjects: z.array(z.string()).min(1),
  /** Subjects that were calibrated later, by `limbic calibrate`. */
  calibrated: z
    .array(
      z.strictObject({
        subject: z.string(),
        runs: z.array(z.string()).min(1),
        /** Null when there was nothing to compute it from; `gateReason` says why. */
        gate: gateSchema.nullable(),
        gateReason: z.string().nullable(),
        /** Absent unless the subject was fine-tuned. */
        fineTuning: fineTuningSchema.optional(),
      }),
    )
    .optional(),
  voxelMode: z.enum(['shared', 'per-subject', 'all']),
  baseline: z.enum(['calibration', 'running', 'none']),
  nVoxels: z.int(),
  nFeatures: z.int(),
  temperature: z.number(),
  /** Cross-subject figures of the same pipeline, when a report was at hand. */
  metrics: z
    .strictObject({ accuracy: z.number(), balancedAccuracy: z.number(), source: z.string() })
    .nullable(),
  pipelineSha256: z.string(),
  datasetSha256: z.string(),
  /** File name -> SHA-256 of its bytes. */
  files: z.record(z.string(), z.string()),
})

export type BundleManifest = z.infer<typeof bundleSchema>
export type FineTuning = z.infer<typeof fineTuningSchema>
export type Gate = z.infer<typeof gateSchema>
export type CalibratedSubject = NonNullable<BundleManifest['calibrated']>[number]
