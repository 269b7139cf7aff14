/** zod source of the one message that leaves for presentation programs: what a volume says, or that it says nothing and why. */
import { z } from 'zod'

/** Why a volume has no probabilities. */
export const noFeedbackReasons = [
  /** Fewer volumes than `minVolumes`, or a baseline that is not complete yet. */
  'warming-up',
  /** Never arrived within the wait that the policy grants. */
  'lost',
  /** Arrived, but a fresher volume was waiting and the backlog was full. */
  'skipped',
  /** Arrived, and could not be decoded; the session log says why. */
  'failed',
] as const

/** The part that replaying the session must give again, byte for byte. */
export const decodedSchema = z.strictObject({
  /** 0-based index of the volume in its run. */
  volume: z.int().min(0),
  status: z.enum(['feedback', 'no-feedback']),
  reason: z.enum(noFeedbackReasons).nullable(),
  /** Probability per class name, as the decoder gave it; null without feedback. */
  probabilities: z.record(z.string(), z.number()).nullable(),
  /** The same after smoothing over volumes, if the session smooths; equal to `probabilities` otherwise. */
  smoothed: z.record(z.string(), z.number()).nullable(),
  predicted: z.string().nullable(),
  /** Highest of the smoothed probabilities. */
  confidence: z.number().nullable(),
  /** Rotations and translations against the reference volume, and what moved since the volume before; null when volumes are not realigned. */
  motion: z
    .strictObject({
      translationMm: z.tuple([z.number(), z.number(), z.number()]),
      rotationDeg: z.tuple([z.number(), z.number(), z.number()]),
      framewiseDisplacementMm: z.number().nullable(),
    })
    .nullable(),
})

export const feedbackSchema = decodedSchema.extend({
  format: z.literal('limbic-feedback-1'),
  session: z.string(),
  /** The result came after its deadline; presentation decides what to do with it. */
  late: z.boolean(),
  /** Milliseconds from the arrival of the complete volume to sending; null for a volume that never arrived. */
  ageMs: z.number().nullable(),
  /** Milliseconds of the session's monotonic clock. */
  marks: z.strictObject({
    received: z.number().nullable(),
    decoded: z.number().nullable(),
    sent: z.number(),
  }),
})

export type Decoded = z.infer<typeof decodedSchema>
export type Feedback = z.infer<typeof feedbackSchema>
export type NoFeedbackReason = (typeof noFeedbackReasons)[number]
