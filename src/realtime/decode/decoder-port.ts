/** What the session needs of whatever decodes its volumes: a worker thread as a rule, the same thread in tests and replays. */
import type { Decoded } from '../../core/schemas/feedback.ts'
import type { SessionPolicy } from '../../core/schemas/session.ts'
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import type { Bundle } from '../../pipeline/bundle/read-bundle.ts'
import type { ArrivedVolume } from '../volume-source.ts'

/** What becomes of one volume: the part of its feedback that replaying must give again, or why the decoder refused it. */
export type DecodeOutcome =
  | { readonly decoded: Decoded }
  /** The decoder looked at the volume and refused it; its state is what it would be if the volume came again. */
  | { readonly failure: { readonly code: string; readonly message: string } }

/** Decodes the volumes of one run in the order in which they were accepted. */
export interface DecoderPort {
  /** Engine and backend in words, for the log. */
  readonly engine: string
  /**
   * One volume at a time.
   *
   * @throws {Error} Only when the decoder itself has died; it is of no use afterwards.
   */
  decode(volume: DecoderInput): Promise<DecodeOutcome>
  close(): Promise<void>
}

export type DecoderInput = Pick<ArrivedVolume, 'index' | 'grid' | 'data'>

export interface DecoderOptions {
  readonly bundle: Bundle
  readonly calibration: Calibration
  readonly policy: SessionPolicy
}

/** Opens a decoder that has seen nothing yet. */
export type DecoderFactory = (options: DecoderOptions) => Promise<DecoderPort>
