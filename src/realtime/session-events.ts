/** What a real-time session takes and gives: the contract between the decoding loop and everything that shows or forwards it. */
import type { Feedback } from '../core/schemas/feedback.ts'
import type { EventOf, SessionEvent } from '../core/schemas/session-event.ts'
import type { SessionPolicy } from '../core/schemas/session.ts'
import type { Calibration } from '../evaluate/protocol/calibration.ts'
import type { Bundle } from '../pipeline/bundle/read-bundle.ts'
import type { CausalPreprocessorOptions } from '../preprocess/causal-preprocessor.ts'
import type { DecoderFactory } from './decode/decoder-port.ts'
import type { ArrivedVolume, VolumeSource } from './volume-source.ts'

export type { EventOf, SessionEvent, SessionEventType } from '../core/schemas/session-event.ts'

/** What outputs may write into the log: who came, who went, who was refused. */
export type ClientEvent =
  | Omit<EventOf<'client.connected'>, 'at'>
  | Omit<EventOf<'client.disconnected'>, 'at'>
  | Omit<EventOf<'client.refused'>, 'at'>

export interface SessionOptions {
  readonly bundle: Bundle
  readonly calibration: Calibration
  /** What volumes are realigned to with `realign: calibration`, and when their slices are measured. */
  readonly reference?: CausalPreprocessorOptions
  readonly source: VolumeSource
  /** Folder of the session: `session.ndjson`, `calibration.state`, `volumes/`. Must not hold another session unless `resume`. */
  readonly dir: string
  /** Name that every feedback carries; the name of the folder by default. */
  readonly session?: string
  /** What differs from the defaults in `src/core/schemas/session.ts`. */
  readonly policy?: Partial<SessionPolicy>
  /** Go on with the session in `dir` at the volume after the last one that has an outcome. */
  readonly resume?: boolean
  /**
   * Given every event in order, after it was written to the log: what is heard here is on disk. Feedback is to be sent from here. Must return
   * at once (a slow client is the listener's affair) and must not throw.
   */
  readonly onEvent: (event: SessionEvent) => void
  /** Where volumes are decoded; a worker thread of its own by default. */
  readonly openDecoder?: DecoderFactory
}

export interface Session {
  readonly id: string
  readonly dir: string
  /**
   * When the session has ended and its log is closed: the source said that nothing follows, `stop` was called, or an error ended it (the
   * summary then names it; the promise is not rejected).
   */
  readonly done: Promise<SessionSummary>
  /** Ends the session: volumes that have arrived are decoded, the rest of the source is left alone. */
  stop(): Promise<SessionSummary>
  /** Writes the operator's word into the log, at the volume that was last decided on. */
  mark(text: string): void
  /** Writes what outputs have to say into the log. Never throws; after the end it does nothing. */
  record(event: ClientEvent): void
  /** The latest state; cheap, made for polling and for clients that have just connected. */
  state(): SessionState
}

export interface SessionState {
  readonly session: string
  readonly status: 'waiting' | 'running' | 'stalled' | 'stopped' | 'failed'
  /** The session's clock now, ms. */
  readonly at: number
  readonly started: EventOf<'session.started'>
  readonly trSeconds: number
  readonly deadlineMs: number
  /** The volume that was accepted last, with its voxels; for views of the brain. */
  readonly lastVolume: ArrivedVolume | null
  readonly lastFeedback: Feedback | null
  /** By 0-based volume; the latest 4096 volumes are kept. */
  feedbackOf(volume: number): Feedback | undefined
  readonly counts: SessionCounts
  /** From complete volume to sent feedback, over the latest 1000 volumes with feedback; null before the first. */
  readonly latencyMs: LatencyStats | null
}

export interface SessionCounts {
  readonly received: number
  readonly feedback: number
  readonly warmingUp: number
  readonly lost: number
  readonly skipped: number
  readonly failed: number
  /** Feedback that was sent after its deadline. */
  readonly lateFeedback: number
  readonly lateVolumes: number
  readonly duplicates: number
  readonly conflicts: number
  readonly problems: number
  readonly restarts: number
}

export interface LatencyStats {
  readonly n: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export interface SessionSummary {
  readonly session: string
  readonly dir: string
  readonly reason: EventOf<'session.stopped'>['reason']
  /** What ended the session, when it was an error. */
  readonly error: { readonly code: string; readonly message: string } | null
  readonly counts: SessionCounts
  readonly latencyMs: LatencyStats | null
}
