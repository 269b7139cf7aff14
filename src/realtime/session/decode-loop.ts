/** Indices of the run in their order -> feedback: decodes what can be decoded, says so of what cannot, one after the other. */
import type { Decoded } from '../../core/schemas/feedback.ts'
import { createDecodeQueue, type QueueItem, type SkippedVolume } from '../decode-queue.ts'
import type { FeedbackMaker } from '../decode/feedback-maker.ts'
import type { DecoderInput } from '../decode/decoder-port.ts'
import type { SupervisedDecoder, SupervisedOutcome } from '../decode/supervised-decoder.ts'

/** A volume on its way to the decoder. */
export interface QueuedVolume {
  readonly input: DecoderInput
  /** On the session's clock. */
  readonly receivedAt: number
}

export interface DecodeLoopOptions {
  readonly maxBacklog: number
  readonly decoder: SupervisedDecoder
  readonly maker: FeedbackMaker
  /** Called for every index in order; what it says of a volume must be on disk when the promise resolves, and only then is more decoded. */
  readonly onResult: (result: DecodeResult) => Promise<void>
  /** Called when nothing waits any more. */
  readonly onPause: () => void
  /** The decoder is of no use any more. */
  readonly onDeath: (error: unknown) => void
}

/** One index, done. */
export interface DecodeResult {
  readonly decoded: Decoded
  readonly failure: Extract<SupervisedOutcome, { failure: unknown }> | undefined
  readonly receivedAt: number | null
  /** `performance.now()` when the decoder had answered; null for volumes that it was not given. */
  readonly decodedAtMs: number | null
}

export interface DecodeLoop {
  /** Adds the next index; gives the volumes that are skipped because of it. */
  push(item: QueueItem<QueuedVolume>): readonly SkippedVolume[]
  /** Forgets what waits. */
  clear(): void
  /** When nothing waits and nothing is under way. */
  idle(): Promise<void>
}

/**
 * Makes the loop of one session.
 *
 * @param options - What decodes, and whom to tell.
 * @returns The loop; it runs whenever something waits.
 * @throws Never.
 */
export function createDecodeLoop(options: DecodeLoopOptions): DecodeLoop {
  const { decoder, maker, onResult, onPause, onDeath } = options
  const queue = createDecodeQueue<QueuedVolume>(options.maxBacklog)
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    try {
      for (let item = queue.shift(); item !== undefined; item = queue.shift())
        await onResult(await settle(item))
      onPause()
    } catch (error) {
      queue.clear()
      onDeath(error)
    } finally {
      running = undefined
    }
  }

  const settle = async (item: QueueItem<QueuedVolume>): Promise<DecodeResult> => {
    const nothing = { failure: undefined, receivedAt: null, decodedAtMs: null }
    if (item.kind === 'lost') return { ...nothing, decoded: maker.missing(item.index, 'lost') }
    if (item.kind === 'skipped')
      return { ...nothing, decoded: maker.missing(item.index, 'skipped') }
    const { input, receivedAt } = item.volume
    const outcome = await decoder.decode(input)
    const decodedAtMs = performance.now()
    if ('failure' in outcome) {
      const decoded = maker.missing(item.index, 'failed')
      return { decoded, failure: outcome, receivedAt, decodedAtMs }
    }
    const decoded = maker.decoded(item.index, outcome.decoded)
    return { decoded, failure: undefined, receivedAt, decodedAtMs }
  }

  return {
    push(item) {
      const skipped = queue.push(item)
      running ??= run()
      return skipped
    },
    clear: () => queue.clear(),
    async idle() {
      while (running !== undefined) await running
    },
  }
}
