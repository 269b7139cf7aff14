/** What every protocol function is given: the settings, where results are remembered, where networks run and whom to tell. */
import type { Emit } from '../../core/events.ts'
import type { Memo } from '../../core/memo.ts'
import type { Rng } from '../../core/rng.ts'
import type { Pipeline } from '../../core/schemas/pipeline.ts'
import type { Engine } from '../../engine/index.ts'
import type { Calibration } from './calibration.ts'
import type { Decoder } from './fit.ts'
import type { RunData } from './subject-data.ts'

/** A held-out subject with one of its calibrations, and the decoder that is about to score it. */
export interface CalibratedSubject {
  readonly decoder: Decoder
  readonly calibration: Calibration
  /** The runs that are scored. */
  readonly evaluation: readonly RunData[]
}

export interface ProtocolContext {
  readonly pipeline: Pipeline
  readonly classes: readonly string[]
  readonly memo: Memo
  readonly emit: Emit
  readonly rng: Rng
  readonly openEngine: () => Promise<Engine>
  /** Where networks leave checkpoints while they train. */
  readonly checkpointDir?: string
  /** Where networks leave a log of their epochs. */
  readonly trainingLogDir?: string
  /** Told of every subject that is calibrated to be scored, before it is; for whoever looks into decoders. */
  readonly onCalibrated?: (event: CalibratedSubject) => Promise<void>
  /** When networks pause, as `Date.now()`. */
  readonly deadline?: number
}

/**
 * How a subject's volumes reach the classifier.
 * `calibrated`: scaled and aligned by the subject's calibration runs. `unaligned`: scaled only.
 * `zero-shot`: nothing of the subject is used but the volumes of the run up to the current one.
 */
export type Variant = 'calibrated' | 'unaligned' | 'zero-shot'
