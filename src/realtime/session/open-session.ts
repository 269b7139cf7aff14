/** What a session is asked for -> everything it runs on: folder and log, a decoder that is where the session was, and a clock. */
import { basename, join, resolve } from 'node:path'
import type { SessionStarted } from '../../core/schemas/session-event.ts'
import { sessionPolicySchema, type SessionPolicy } from '../../core/schemas/session.ts'
import { createFeedbackMaker, type FeedbackMaker } from '../decode/feedback-maker.ts'
import {
  superviseDecoder,
  type DecoderRestart,
  type SupervisedDecoder,
} from '../decode/supervised-decoder.ts'
import { openWorkerDecoder } from '../decode/worker-decoder.ts'
import type { SessionOptions } from '../session-events.ts'
import type { RunGeometry } from './arrivals.ts'
import { historyOf, readSession, type ReadSession, type SessionHistory } from './read-session.ts'
import { openSessionLog, type SessionLog } from './session-log.ts'
import { createSessionTracker, type SessionTracker } from './session-tracker.ts'
import {
  assertGate,
  assertSameBundle,
  assertSameSettings,
  describeStart,
  writeSessionCalibration,
  type SessionCalibration,
} from './start-record.ts'
import { readVolumeFile, volumeFileName } from './volume-file.ts'

/** A session that is ready to take volumes. */
export interface OpenedSession {
  readonly dir: string
  readonly policy: SessionPolicy
  readonly started: SessionStarted
  readonly log: SessionLog
  readonly tracker: SessionTracker
  readonly maker: FeedbackMaker
  readonly decoder: SupervisedDecoder
  /** Undefined for a new session. */
  readonly history: SessionHistory | undefined
  /** Of the volumes so far, when there are any. */
  readonly geometry: RunGeometry | undefined
  /** Milliseconds of the session's clock at a time of `performance.now()`. */
  atOf(ms: number): number
}

/**
 * Opens a session.
 *
 * @param options - As given to `startSession`.
 * @param onRestart - Told when the decoder died and lives again.
 * @returns The session.
 * @throws {LimbicError} As `startSession`.
 */
export async function openSession(
  options: SessionOptions,
  onRestart: (restart: DecoderRestart) => void,
): Promise<OpenedSession> {
  const { bundle, calibration, reference } = options
  const dir = resolve(options.dir)
  const policy = sessionPolicySchema.parse(options.policy ?? {})
  const own: SessionCalibration = { calibration, ...(reference === undefined ? {} : { reference }) }
  assertGate(bundle, calibration.subject, policy.force)
  const before = options.resume === true ? await readSession(dir) : undefined
  if (before !== undefined) {
    assertSameBundle(dir, before.started, bundle)
    assertSameSettings(dir, before.started, own, policy)
  }
  const name = options.session ?? basename(dir)
  const started =
    before?.started ?? describeStart(name, options.source.description, bundle, own, policy)
  const history = before === undefined ? undefined : historyOf(before.events, policy.firstVolume)
  const log = openSessionLog(dir, policy.fsync, before?.wholeBytes)
  try {
    if (before === undefined) await writeSessionCalibration(dir, own)
    const open = options.openDecoder ?? openWorkerDecoder
    const decoder = await superviseDecoder({
      open: () => open({ bundle, ...own, policy }),
      policy,
      decoded: history?.decoded ?? [],
      recall: (index) => readVolumeFile(join(dir, volumeFileName(index))),
      onRestart,
    })
    const maker = createFeedbackMaker(policy, bundle.manifest.classes)
    for (const decoded of history?.feedback ?? []) maker.restore(decoded)
    const tracker = createSessionTracker()
    for (const event of before?.events ?? []) tracker.note(event)
    const geometry = await readGeometry(dir, history)
    return { dir, policy, started, log, tracker, maker, decoder, history, geometry, atOf: createClock(before, history) } // prettier-ignore
  } catch (error) {
    await log.close()
    throw error
  }
}

/** The clock of a session that goes on has run in between. */
function createClock(
  before: ReadSession | undefined,
  history: SessionHistory | undefined,
): OpenedSession['atOf'] {
  const sinceStart = before === undefined ? 0 : Date.now() - Date.parse(before.started.startedAt)
  const originMs = performance.now() - Math.max(history?.lastAt ?? 0, sinceStart)
  return (ms) => Math.round((ms - originMs) * 1000) / 1000
}

async function readGeometry(
  dir: string,
  history: SessionHistory | undefined,
): Promise<RunGeometry | undefined> {
  const [first] = history?.order.hashes.keys() ?? []
  if (first === undefined) return undefined
  const { grid, trSeconds } = await readVolumeFile(join(dir, volumeFileName(first)))
  return { grid, trSeconds }
}
