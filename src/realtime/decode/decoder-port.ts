/** What the session needs of whatever decodes its volumes: a worker thread as a rule, the same thread in tests and replays. */
import type { Decoded } from '../../core/schemas/feedback.ts'
import type { SessionPolicy } from '../../core/schemas/session.ts'
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import type { Bundle } from '../../pipeline/bundle/read-bundle.ts'
import type { CausalPreprocessorOptions } from '../../preprocess/causal-preprocessor.ts'
import type { ArrivedVolume } from '../volume-source.ts'

/** What the decoder says of one volume, before smoothing. */
export interface RawDecoded {
  /** Per class, in the order of the manifest; null while the statistics of the run are too young. */
  readonly probabilities: readonly number[] | null
  readonly motion: Decoded['motion']
}

/** What becomes of one volume. */
export type DecodeOutcome =
  | { readonly decoded: RawDecoded }
  /** The decoder looked at the volume and refused it; its state is as if the volume had not come. */
  | { readonly failure: { readonly code: string; readonly message: string } }

/** Decodes the volumes of one run in the order in which they were accepted. */
export interface DecoderPort {
  /**
   * How many volumes before the next one its result depends on, beside the first of the run, as long as voxels are finite; `all` when
   * statistics of the whole run enter.
   */
  readonly lookback: number | 'all'
  /**
   * Decodes the next volume; one at a time.
   *
   * @throws {Error} Only when the decoder itself has died; it is of no use afterwards.
   */
  decode(volume: DecoderInput): Promise<DecodeOutcome>
  /**
   * Shows the decoder a volume that was decoded before, to bring its statistics to where they were.
   *
   * @throws {Error} As `decode`.
   */
  restore(volume: DecoderInput): Promise<void>
  close(): Promise<void>
}

export type DecoderInput = Pick<ArrivedVolume, 'index' | 'grid' | 'data'>

export interface DecoderOptions {
  readonly bundle: Bundle
  readonly calibration: Calibration
  /** What volumes are realigned to with `realign: calibration`, and when their slices are measured. */
  readonly reference?: CausalPreprocessorOptions
  readonly policy: Pick<SessionPolicy, 'realign' | 'detrend'>
}

/** Opens a decoder that has seen nothing yet. */
export type DecoderFactory = (options: DecoderOptions) => Promise<DecoderPort>
