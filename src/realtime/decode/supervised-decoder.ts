/** A decoder that may die -> one that does not: it is opened again, brought to where it was, and asked once more. */
import { createFinding, LimbicError } from '../../core/errors/index.ts'
import type { SessionPolicy } from '../../core/schemas/session.ts'
import type { DecodeOutcome, DecoderInput, DecoderPort } from './decoder-port.ts'

export interface SupervisedDecoderOptions {
  readonly open: () => Promise<DecoderPort>
  readonly policy: Pick<SessionPolicy, 'retries' | 'decodeTimeoutMs'>
  /** Volumes that were decoded before, in order. */
  readonly decoded: readonly number[]
  /** Reads one of them back. */
  readonly recall: (index: number) => Promise<DecoderInput>
  /** Told of every death that was survived, once the new decoder is where the old one was. */
  readonly onRestart: (restart: DecoderRestart) => void
}

export interface DecoderRestart {
  /** The volume that was being decoded. */
  readonly volume: number
  readonly reason: string
  readonly nRestored: number
}

/** What became of a volume; `crashed` when every decoder that was given it died. */
export type SupervisedOutcome = DecodeOutcome & { readonly crashed?: true }

export interface SupervisedDecoder {
  /** Volumes that brought the first decoder to where the session had been. */
  readonly nRestored: number
  /**
   * Decodes the next volume.
   *
   * @throws {LimbicError} `RT_DECODER_UNUSABLE` when no new decoder can be opened; whatever `recall` throws.
   */
  decode(volume: DecoderInput): Promise<SupervisedOutcome>
  close(): Promise<void>
}

/**
 * Opens a decoder and keeps it alive.
 *
 * @param options - How to open it, and what it has seen.
 * @returns The decoder; a volume on which it dies more than `retries` times is given up, and the next one is decoded.
 * @throws {LimbicError} As `open` and `recall`.
 * @remarks Restoring shows the new decoder the first volume and those that its `lookback` asks for: all of them where statistics of the whole run enter
 *   (about 30 ms per realigned volume of 64 x 64 x 34), else the latest two. Volumes with values that are not finite make it all as well.
 */
export async function superviseDecoder(
  options: SupervisedDecoderOptions,
): Promise<SupervisedDecoder> {
  const { policy, recall, onRestart } = options
  const decoded = [...options.decoded]
  let { port, nRestored } = await openRestored()
  const first = nRestored
  return {
    nRestored: first,
    async decode(volume) {
      let reason = ''
      for (let attempt = 0; attempt <= policy.retries; attempt++) {
        try {
          const outcome = await withTimeout(port.decode(volume), policy.decodeTimeoutMs)
          if ('decoded' in outcome) decoded.push(volume.index)
          return outcome
        } catch (error) {
          reason = error instanceof Error ? error.message : String(error)
          await port.close().catch(() => undefined)
          ;({ port, nRestored } = await openRestored())
          onRestart({ volume: volume.index, reason, nRestored })
        }
      }
      const details = { volume: volume.index, retries: policy.retries, reason }
      const { code, message } = createFinding('error', 'RT_DECODER_DIED', details)
      return { failure: { code, message }, crashed: true }
    },
    close: () => port.close(),
  }

  async function openRestored(): Promise<{ port: DecoderPort; nRestored: number }> {
    const fresh = await options.open()
    try {
      const wanted = await volumesToRestore(fresh.lookback)
      for (const index of wanted) await fresh.restore(await recall(index))
      return { port: fresh, nRestored: wanted.length }
    } catch (cause) {
      await fresh.close().catch(() => undefined)
      if (cause instanceof LimbicError) throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new LimbicError('RT_DECODER_UNUSABLE', { reason }, { cause })
    }
  }

  async function volumesToRestore(lookback: DecoderPort['lookback']): Promise<readonly number[]> {
    if (lookback === 'all' || decoded.length <= lookback + 1) return decoded
    const latest = decoded.slice(-lookback)
    for (const index of latest)
      if ((await recall(index)).data.some((value) => !Number.isFinite(value))) return decoded
    return [...decoded.slice(0, 1), ...latest]
  }
}

function withTimeout<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(new Error(`no answer within ${limitMs} ms`))
    const timer = setTimeout(give, limitMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
