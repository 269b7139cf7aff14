/** What a session is started with -> the first line of its log; and whether a session that goes on is the same. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LimbicError } from '../../core/errors/index.ts'
import type { Gate } from '../../core/schemas/bundle.ts'
import type { SessionStarted } from '../../core/schemas/session-event.ts'
import type { SessionPolicy } from '../../core/schemas/session.ts'
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import { formatJson, sha256, writeFileAtomic } from '../../io/artifacts.ts'
import { decodeState, encodeState } from '../../io/state-file.ts'
import type { Bundle } from '../../pipeline/bundle/read-bundle.ts'
import { limbicVersion } from '../../pipeline/provenance.ts'
import type { CausalPreprocessorOptions } from '../../preprocess/causal-preprocessor.ts'

const calibrationName = 'calibration.state'

/** What decodes besides the bundle; lies in the session folder, so that a replay needs no dataset. */
export interface SessionCalibration {
  readonly calibration: Calibration
  readonly reference?: CausalPreprocessorOptions
}

/**
 * The first line of a session's log.
 *
 * @param session - Its name.
 * @param source - Where volumes come from, in words.
 * @param bundle - The decoder.
 * @param own - How the subject reaches it.
 * @param policy - With every default filled in.
 * @returns The event.
 * @throws Never.
 */
export function describeStart(
  session: string,
  source: string,
  bundle: Bundle,
  own: SessionCalibration,
  policy: SessionPolicy,
): SessionStarted {
  const { name, model, classes } = bundle.manifest
  const { subject } = own.calibration
  return {
    type: 'session.started',
    at: 0,
    format: 'limbic-session-1',
    session,
    startedAt: new Date().toISOString(),
    version: limbicVersion(),
    source,
    bundle: { dir: bundle.dir, name, model, classes, manifestSha256: manifestSha256(bundle) },
    calibration: { subject, sha256: sha256(encodeState(own)), gate: gateOf(bundle, subject) },
    engine: `${bundle.pipeline.engine}, node ${process.version}, ${process.platform} ${process.arch}`,
    policy,
  }
}

/**
 * Refuses feedback by a calibration that was found wanting.
 *
 * @param bundle - Where the gate's result lies.
 * @param subject - Label of the subject.
 * @param force - Give feedback all the same.
 * @returns Nothing. A calibration without a gate passes: the log says that there was none.
 * @throws {LimbicError} `RT_GATE_NOT_PASSED`.
 */
export function assertGate(bundle: Bundle, subject: string, force: boolean): void {
  const gate = gateOf(bundle, subject)
  if (gate === null || gate.passed || force) return
  const { auc, threshold } = gate
  throw new LimbicError('RT_GATE_NOT_PASSED', { bundle: bundle.dir, subject, threshold, auc })
}

function gateOf({ manifest }: Bundle, subject: string): Gate | null {
  return manifest.calibrated?.find((one) => one.subject === subject)?.gate ?? null
}

/**
 * Writes the calibration into the session folder.
 *
 * @param dir - The session folder.
 * @param own - The calibration.
 * @returns When it is there.
 * @throws {LimbicError} `RT_LOG_FAILED`.
 */
export async function writeSessionCalibration(dir: string, own: SessionCalibration): Promise<void> {
  const file = join(dir, calibrationName)
  await writeFileAtomic(file, encodeState(own)).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LimbicError('RT_LOG_FAILED', { file, reason }, { cause })
  })
}

/**
 * Reads the calibration of a session.
 *
 * @param dir - The session folder.
 * @param started - The first line of its log.
 * @returns The calibration.
 * @throws {LimbicError} `RT_SESSION_DIFFERS` when it is not the one that the log names.
 */
export async function readSessionCalibration(
  dir: string,
  started: SessionStarted,
): Promise<SessionCalibration> {
  const bytes = await readFile(join(dir, calibrationName))
  assertSame(dir, 'calibration', started.calibration.sha256, sha256(bytes))
  return decodeState(bytes) as SessionCalibration
}

/**
 * Refuses to go on with, or to compute again, a session by means of another decoder.
 *
 * @param dir - The session folder.
 * @param started - The first line of its log.
 * @param bundle - The decoder at hand.
 * @returns Nothing.
 * @throws {LimbicError} `RT_SESSION_DIFFERS`.
 */
export function assertSameBundle(dir: string, started: SessionStarted, bundle: Bundle): void {
  assertSame(dir, 'bundle', started.bundle.manifestSha256, manifestSha256(bundle))
}

/**
 * Refuses to go on with a session under other settings, which would make one log of two experiments.
 *
 * @param dir - The session folder.
 * @param started - The first line of its log.
 * @param own - The calibration at hand.
 * @param policy - The settings at hand.
 * @returns Nothing.
 * @throws {LimbicError} `RT_SESSION_DIFFERS`.
 */
export function assertSameSettings(
  dir: string,
  started: SessionStarted,
  own: SessionCalibration,
  policy: SessionPolicy,
): void {
  assertSame(dir, 'calibration', started.calibration.sha256, sha256(encodeState(own)))
  assertSame(dir, 'policy', JSON.stringify(started.policy), JSON.stringify(policy))
}

/** The manifest holds the hash of every other file. */
function manifestSha256({ manifest }: Bundle): string {
  return sha256(formatJson(manifest))
}

function assertSame(dir: string, what: string, expected: string, found: string): void {
  if (found !== expected)
    throw new LimbicError('RT_SESSION_DIFFERS', { dir, what, expected, found })
}
