/** What happens in a session -> lines of its log and calls of its listener, in that order; the first error ends both. */
import { isLimbicError } from '../../core/errors/index.ts'
import type { EventOf, SessionEvent } from '../../core/schemas/session-event.ts'
import type { SessionOptions, SessionSummary } from '../session-events.ts'
import type { OpenedSession } from './open-session.ts'

/** An event before the session's clock has stamped it. */
export type Untimed<E extends SessionEvent = SessionEvent> = E extends SessionEvent
  ? Omit<E, 'at'>
  : never

export interface Recorder {
  /** What ended the session, if something did. */
  readonly failure: SessionSummary['error']
  /** The session's clock. */
  now(): number
  /** Writes an event and tells it; does neither when it cannot be written. */
  note(body: Untimed): void
  /** Writes feedback, tells it, and forces it to disk before or after that, as the policy says. */
  give(feedback: EventOf<'feedback'>): Promise<boolean>
  /** Does one thing after the other: raw volumes take their time, and what is said later must not overtake them. */
  inOrder(step: () => void | Promise<void>): void
  /** When everything in order so far is done. */
  settled(): Promise<unknown>
  /** Ends the session because of an error; only the first one counts. */
  readonly fail: (error: unknown) => void
  /** Nothing is written or told afterwards. */
  close(): void
}

/**
 * Makes the recorder of a session.
 *
 * @param opened - Log, tracker and clock.
 * @param onEvent - The listener.
 * @param onFailure - Told once, after the error was told to the listener.
 * @returns The recorder.
 * @throws Never.
 */
export function createRecorder(
  opened: Pick<OpenedSession, 'log' | 'tracker' | 'atOf' | 'policy'>,
  onEvent: SessionOptions['onEvent'],
  onFailure: () => void,
): Recorder {
  const { log, tracker, policy } = opened
  let failure: SessionSummary['error'] = null
  let isClosed = false
  let writing: Promise<unknown> = Promise.resolve()
  const now = (): number => opened.atOf(performance.now())

  const tell = (event: SessionEvent): void => {
    tracker.note(event)
    onEvent(event)
  }
  const append = (event: SessionEvent): boolean => {
    if (isClosed || failure?.code === 'RT_LOG_FAILED') return false
    try {
      log.append(event)
      return true
    } catch (error) {
      fail(error)
      return false
    }
  }
  const fail = (error: unknown): void => {
    if (failure !== null || isClosed) return
    const code = isLimbicError(error) ? error.code : 'INTERNAL'
    const message = error instanceof Error ? error.message : String(error)
    const event = { type: 'session.error', at: now(), code, message } as const
    // Of a log that cannot be written the listener hears all the same: it is the one event that may not be on disk.
    failure = { code, message }
    append(event)
    tell(event)
    onFailure()
  }

  return {
    get failure() {
      return failure
    },
    now,
    note(body) {
      const event: SessionEvent = { ...body, at: now() }
      if (append(event)) tell(event)
    },
    async give(event) {
      if (!append(event)) return false
      if (policy.fsync === 'before-feedback') {
        try {
          await log.flush()
        } catch (error) {
          fail(error)
          return false
        }
      }
      tell(event)
      if (policy.fsync === 'background') void log.flush()
      return true
    },
    inOrder(step) {
      writing = writing.then(step).catch(fail)
    },
    settled: () => writing,
    fail,
    close() {
      isClosed = true
    },
  }
}
