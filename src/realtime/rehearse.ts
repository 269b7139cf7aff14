/** A recorded run, played by the scanner simulator into a folder that a real session watches -> how fast feedback came, and whether it can be computed again. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Calibration } from '../evaluate/protocol/calibration.ts'
import type { Bundle } from '../pipeline/bundle/read-bundle.ts'
import type { DecoderFactory } from './decode/decoder-port.ts'
import { replaySession } from './replay.ts'
import { playScan } from './scanner/play-scan.ts'
import { startSession } from './session.ts'
import type { SessionSummary } from './session-events.ts'
import { watchFolder } from './sources/watch/watch-folder.ts'

export interface RehearsalOptions {
  readonly bundle: Bundle
  readonly calibration: Calibration
  /** A 4-D NIfTI image of the subject that the calibration belongs to. */
  readonly image: string
  /** Where the scanner writes to (`scanner/`, emptied at the end) and the session records (`session/`). Both are made anew. */
  readonly dir: string
  /** Milliseconds between volumes; shorter than the repetition time to save the spectator's. */
  readonly intervalMs: number
  /** Where volumes are decoded; a worker thread of its own by default. */
  readonly openDecoder?: DecoderFactory
}

/** What the rehearsal showed. */
export interface Rehearsal {
  /** Its `error` says what ended the session before the run was over, if anything did. */
  readonly summary: SessionSummary
  readonly nSent: number
  /** Messages that replaying the session gave again to the last byte; 0 after an error. */
  readonly nReplayed: number
}

/**
 * Rehearses a session: the same source, order, decoder thread and log as beside a scanner.
 *
 * @param options - Decoder, run and rhythm.
 * @returns Counts and latencies of the session, and how much of it was replayed.
 * @throws {LimbicError} As `startSession`, `playScan` and `replaySession`.
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { bundle, calibration, image, dir, intervalMs, openDecoder } = options
  const [watched, recorded] = [join(dir, 'scanner'), join(dir, 'session')]
  for (const folder of [watched, recorded]) await rm(folder, { recursive: true, force: true })
  await mkdir(watched, { recursive: true })
  const outcomes = createOutcomeCounter()
  const session = await startSession({
    ...{ bundle, calibration, dir: recorded },
    source: watchFolder({ dir: watched }),
    policy: { trSeconds: intervalMs / 1000 },
    onEvent: ({ type }) => outcomes.count(type),
    ...(openDecoder !== undefined && { openDecoder }),
  })
  const nSent = await playScan({
    input: image,
    to: { kind: 'folder', dir: watched, format: 'nifti', inPlace: false },
    trSeconds: intervalMs / 1000,
  })
  await Promise.race([outcomes.reached(nSent), session.done])
  const summary = await session.stop()
  await rm(watched, { recursive: true, force: true })
  if (summary.error !== null) return { summary, nSent, nReplayed: 0 }
  const { nCompared } = await replaySession({ dir: recorded, bundle, timing: 'fast' })
  return { summary, nSent, nReplayed: nCompared }
}

/** Every volume ends in exactly one message of feedback, be it that there is none. */
function createOutcomeCounter(): {
  count(type: string): void
  reached(n: number): Promise<void>
} {
  let n = 0
  let wanted = Infinity
  let tell = (): void => undefined
  return {
    count(type) {
      if (type === 'feedback' && ++n >= wanted) tell()
    },
    reached: (target) =>
      new Promise((resolve) => {
        wanted = target
        tell = resolve
        if (n >= wanted) resolve()
      }),
  }
}
