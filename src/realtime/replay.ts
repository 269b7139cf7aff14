/** A recorded session -> the same session computed again from its raw volumes, compared byte by byte with the feedback that was given. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LimbicError } from '../core/errors/index.ts'
import type { Decoded } from '../core/schemas/feedback.ts'
import type { EventOf } from '../core/schemas/session-event.ts'
import type { Bundle } from '../pipeline/bundle/read-bundle.ts'
import { createFeedbackMaker, type FeedbackMaker } from './decode/feedback-maker.ts'
import type { DecoderFactory, DecoderPort } from './decode/decoder-port.ts'
import { openInProcessDecoder } from './decode/in-process-decoder.ts'
import { ofType, readSession, type ReadSession } from './session/read-session.ts'
import { assertSameBundle, readSessionCalibration } from './session/start-record.ts'
import { readVolumeFile, volumeFileName } from './session/volume-file.ts'

export interface ReplayOptions {
  readonly dir: string
  /** The bundle that the session decoded with; its hashes are compared with those in the log. */
  readonly bundle: Bundle
  /** `original`: with the pauses of the session. `fast`: without. */
  readonly timing: 'original' | 'fast'
  /** Given every feedback that was computed again and found equal, with the message that was sent. */
  readonly onFeedback?: (decoded: Decoded, given: EventOf<'feedback'>) => void
  readonly openDecoder?: DecoderFactory
}

export interface ReplaySummary {
  readonly session: string
  /** Messages that were given again to the last byte. */
  readonly nCompared: number
  /** Of those, how many were computed from a raw volume. */
  readonly nDecoded: number
  /** Volumes on which the decoder had died, which cannot be made to happen again. */
  readonly nCrashed: number
}

/**
 * Computes a session again.
 *
 * @param options - The session, its bundle, and how fast.
 * @returns How much was compared.
 * @throws {LimbicError} `RT_REPLAY_DIFFERS` at the first volume whose feedback is not the same to the last byte; `RT_SESSION_INVALID`,
 *   `RT_SESSION_DIFFERS`, `RT_FRAME_INVALID` when session or bundle were changed.
 */
export async function replaySession(options: ReplayOptions): Promise<ReplaySummary> {
  const { dir, bundle, timing, onFeedback } = options
  const session = await readSession(dir)
  const { started } = session
  assertSameBundle(dir, started, bundle)
  const own = await readSessionCalibration(dir, started)
  const given = ofType(session.events, 'feedback')
  assertComplete(session, given)
  const crashed = new Set(
    ofType(session.events, 'decoder.failed').flatMap((event) =>
      event.crashed ? [event.volume] : [],
    ),
  )
  const lines = feedbackLines(session)
  const decoder = await (options.openDecoder ?? openInProcessDecoder)({
    ...{ bundle, ...own, policy: started.policy },
  })
  const maker = createFeedbackMaker(started.policy, started.bundle.classes)
  let nDecoded = 0
  let lastAt = given[0]?.at ?? 0
  try {
    for (const event of given) {
      if (timing === 'original') await sleep(Math.max(0, event.at - lastAt))
      lastAt = event.at
      const needsVolume = !crashed.has(event.volume) && !isUnseen(event.feedback)
      const decoded = needsVolume
        ? await decodeAgain(dir, event.volume, decoder, maker)
        : maker.missing(event.volume, isUnseen(event.feedback) ? event.feedback.reason : 'failed')
      assertEqual(dir, event, decoded, lines.get(event.volume) ?? '')
      if (needsVolume) nDecoded += 1
      onFeedback?.(decoded, event)
    }
  } finally {
    await decoder.close()
  }
  return { session: started.session, nCompared: given.length, nDecoded, nCrashed: crashed.size }
}

/** Volumes that the decoder was never given. */
function isUnseen<F extends Pick<Decoded, 'reason'>>(
  feedback: F,
): feedback is F & { reason: 'lost' | 'skipped' } {
  return feedback.reason === 'lost' || feedback.reason === 'skipped'
}

async function decodeAgain(
  dir: string,
  index: number,
  decoder: DecoderPort,
  maker: FeedbackMaker,
): Promise<Decoded> {
  const outcome = await decoder.decode(await readVolumeFile(join(dir, volumeFileName(index))))
  return 'failure' in outcome
    ? maker.missing(index, 'failed')
    : maker.decoded(index, outcome.decoded)
}

/** Compares text, not numbers: the line must hold the very bytes that are written for the feedback computed now. */
function assertEqual(
  dir: string,
  event: EventOf<'feedback'>,
  decoded: Decoded,
  line: string,
): void {
  const text = JSON.stringify(decoded).slice(0, -1)
  if (line.includes(`"feedback":${text},"format":`)) return
  const start = line.indexOf('"feedback":') + '"feedback":'.length
  throw new LimbicError('RT_REPLAY_DIFFERS', {
    dir,
    volume: event.volume,
    expected: line.slice(start, line.indexOf(',"format":', start)).concat('}'),
    found: `${text}}`,
  })
}

function feedbackLines({ events, lines }: ReadSession): Map<number, string> {
  return new Map(
    events.flatMap((event, i) =>
      event.type === 'feedback' ? [[event.volume, lines[i] ?? ''] as const] : [],
    ),
  )
}

/** Every index has one message, in the order of the run, and those that were decoded had arrived. */
function assertComplete(session: ReadSession, given: readonly EventOf<'feedback'>[]): void {
  const first = session.started.policy.firstVolume
  const wrong = given.findIndex(({ volume }, i) => volume !== first + i)
  if (wrong < 0) return
  throw new LimbicError('RT_SESSION_INVALID', {
    dir: session.dir,
    line: null,
    expected: `feedback for every volume, once and in order: ${first + wrong} next`,
    found: `volume ${given[wrong]?.volume}`,
  })
}
