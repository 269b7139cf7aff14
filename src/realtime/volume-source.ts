/** What every source of volumes gives, whatever it reads from: complete volumes as they arrive, and what went wrong between them. */
import type { Grid } from '../core/types.ts'

/** One complete volume. */
export interface ArrivedVolume {
  /** 0-based index in the run, from the header or the name; never from the order of arrival. */
  readonly index: number
  readonly grid: Grid
  /** Seconds; null when the source does not say. */
  readonly trSeconds: number | null
  /** `[nVoxels]` scaled values, x fastest. */
  readonly data: Float32Array
  /** SHA-256 of the bytes of `data` in hex; tells a duplicate from a conflict. */
  readonly sha256: string
  /** When it was acquired, in the words of its source. */
  readonly acquiredAt: string | null
  /** `performance.now()` at which it was known to be complete. */
  readonly receivedAtMs: number
  /** File, address or session it came from, for messages. */
  readonly origin: string
}

export type SourceEvent =
  | { readonly type: 'volume'; readonly volume: ArrivedVolume }
  /** Something that arrived and is no volume, or not yet: a truncated file, a refused frame. The source goes on. */
  | {
      readonly type: 'problem'
      readonly code: string
      readonly message: string
      readonly origin: string
    }
  /** The source knows that nothing follows: the stream was closed, the replay has ended. */
  | { readonly type: 'end' }

/** An endless, ordered stream of arrivals. Iterate it once; `close` ends the iteration and frees files and sockets. */
export interface VolumeSource extends AsyncIterable<SourceEvent> {
  /** What it listens to, in words: `watching /data/run1`, `tcp 127.0.0.1:5555`. */
  readonly description: string
  close(): Promise<void>
}
