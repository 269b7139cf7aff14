/** A session folder -> its events, and from them all that is needed to go on with it. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LimbicError } from '../../core/errors/index.ts'
import { decodedSchema, type Decoded } from '../../core/schemas/feedback.ts'
import {
  sessionEventSchema,
  type EventOf,
  type SessionEvent,
  type SessionStarted,
} from '../../core/schemas/session-event.ts'
import type { OrderHistory } from '../order-buffer.ts'
import { logName } from './session-log.ts'

/** Of a feedback message, the part that does not depend on the clock. */
const decodedPart = z.object(decodedSchema.shape)

/** A log as it was read. */
export interface ReadSession {
  readonly dir: string
  readonly started: SessionStarted
  /** All events, the first included. */
  readonly events: readonly SessionEvent[]
  /** The line of each, as it lies in the file. */
  readonly lines: readonly string[]
  /** Bytes of the log up to the end of its last whole line. */
  readonly wholeBytes: number
}

/**
 * Reads the log of a session.
 *
 * @param dir - The session folder.
 * @returns Its events; a last line that was cut is left out.
 * @throws {LimbicError} `RT_SESSION_INVALID` when there is no log, or a line of it is no event.
 */
export async function readSession(dir: string): Promise<ReadSession> {
  const file = join(dir, logName)
  if (!existsSync(file))
    throw new LimbicError('RT_SESSION_INVALID', {
      dir,
      line: null,
      expected: `a folder with ${logName}`,
      found: existsSync(dir) ? 'a folder without one' : 'no such folder',
    })
  const bytes = await readFile(file)
  const wholeBytes = bytes.lastIndexOf('\n') + 1
  const lines = bytes.toString('utf8', 0, wholeBytes).split('\n').slice(0, -1)
  const events = lines.map((line, i) => parseEvent(dir, line, i + 1))
  const [started] = events
  if (started?.type !== 'session.started')
    throw new LimbicError('RT_SESSION_INVALID', {
      dir,
      line: 1,
      expected: 'session.started',
      found: started?.type ?? 'an empty log',
    })
  return { dir, started, events, lines, wholeBytes }
}

function parseEvent(dir: string, line: string, number: number): SessionEvent {
  const parsed = sessionEventSchema.safeParse(parseJson(line))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new LimbicError('RT_SESSION_INVALID', {
    dir,
    line: number,
    expected: 'an event as data-schemas/session-event.schema.json describes it',
    found: `${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'not JSON'}`,
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** An index that was decided on, but has no feedback yet. */
export interface PendingIndex {
  readonly index: number
  readonly kind: 'decode' | 'lost' | 'skipped'
  /** When it was received, on the session's clock; null for a lost one. */
  readonly at: number | null
}

/** What a session knows after some events. */
export interface SessionHistory {
  readonly order: OrderHistory
  /** Given so far, in the order of the run. */
  readonly feedback: readonly Decoded[]
  /** Volumes that the decoder has taken in, in order. */
  readonly decoded: readonly number[]
  /** In the order of the run. */
  readonly pending: readonly PendingIndex[]
  readonly lastAt: number
}

/**
 * Works out where a session was.
 *
 * @param events - Of its log.
 * @param firstVolume - As in its policy.
 * @returns What it had seen, given and still owed.
 * @throws Never.
 */
export function historyOf(events: readonly SessionEvent[], firstVolume: number): SessionHistory {
  const received = ofType(events, 'volume.received')
  const lost = ofType(events, 'volume.lost')
  const late = ofType(events, 'volume.late')
  const given = ofType(events, 'feedback')
  const skipped = new Set(ofType(events, 'feedback.skipped').map(({ volume }) => volume))
  const settled = new Set(given.map(({ volume }) => volume))
  const pending = [...received, ...lost]
    .filter(({ volume }) => !settled.has(volume))
    .sort((a, b) => a.volume - b.volume)
    .map((event): PendingIndex => {
      const { volume: index, at, type } = event
      if (type === 'volume.lost') return { index, kind: 'lost', at: null }
      return { index, kind: skipped.has(index) ? 'skipped' : 'decode', at }
    })
  const decided = [...received, ...lost].map(({ volume }) => volume + 1)
  const feedback = given.map(({ feedback }) => decodedPart.parse(feedback))
  return {
    order: {
      expected: decided.reduce((most, index) => Math.max(most, index), firstVolume),
      hashes: new Map([...received, ...late].map(({ volume, sha256 }) => [volume, sha256])),
    },
    feedback,
    decoded: feedback.filter(wasDecoded).map(({ volume }) => volume),
    pending,
    lastAt: events.reduce((last, { at }) => Math.max(last, at), 0),
  }
}

/**
 * Tells whether the decoder has taken a volume in.
 *
 * @param decoded - Its feedback.
 * @returns True for feedback, and for volumes that only warmed the statistics up.
 * @throws Never.
 */
export function wasDecoded({ status, reason }: Pick<Decoded, 'status' | 'reason'>): boolean {
  return status === 'feedback' || reason === 'warming-up'
}

/**
 * The events of one type.
 *
 * @param events - Any events.
 * @param type - Which to keep.
 * @returns Those, in their order.
 * @throws Never.
 */
export function ofType<T extends SessionEvent['type']>(
  events: readonly SessionEvent[],
  type: T,
): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type)
}
