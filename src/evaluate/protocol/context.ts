/** What every protocol function is given: the settings, where results are remembered, where networks run and whom to tell. */
import type { Emit } from '../../core/events.ts'
import type { Memo } from '../../core/memo.ts'
import type { Rng } from '../../core/rng.ts'
import type { Pipeline } from '../../core/schemas/pipeline.ts'
import type { Engine } from '../../engine/index.ts'

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
  /** When networks pause, as `Date.now()`. */
  readonly deadline?: number
}

/**
 * How a subject's volumes reach the classifier.
 * `calibrated`: scaled and aligned by the subject's calibration runs. `unaligned`: scaled only.
 * `zero-shot`: nothing of the subject is used but the volumes of the run up to the current one.
 */
export type Variant = 'calibrated' | 'unaligned' | 'zero-shot'
