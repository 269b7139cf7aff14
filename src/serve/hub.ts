/** A running session's events -> everything that listens: keeps the recent ones for those who come later, and takes down what outputs report. */
import type { ClientEvent, Session, SessionEvent } from '../realtime/session-events.ts'

/** Receives events; must return at once and not throw. */
export type EventListener = (event: SessionEvent) => void

/** Between one session and its outputs. Made before the session, as outputs listen from the first event on. */
export interface SessionHub {
  /** To be given to `startSession`. */
  readonly onEvent: EventListener
  /** Listens to every event from now on; call the result to stop. */
  readonly subscribe: (listener: EventListener) => () => void
  /** The latest events, oldest first. */
  readonly recent: () => readonly SessionEvent[]
  /** The session, once it has been started. */
  readonly session: () => Session | undefined
  readonly attach: (session: Session) => void
  /** Writes what an output has to say into the session's log; what comes before the session is kept for it. */
  readonly report: (event: ClientEvent) => void
}

/**
 * Makes a hub.
 *
 * @param nKept - Events that are kept for those who come later.
 * @returns The hub.
 * @throws Never.
 */
export function createSessionHub(nKept = 2000): SessionHub {
  const listeners = new Set<EventListener>()
  const kept: SessionEvent[] = []
  const early: ClientEvent[] = []
  let current: Session | undefined
  return {
    onEvent: (event) => {
      kept.push(event)
      // Cut in blocks: shifting at every event would move the whole list each time.
      if (kept.length >= 2 * nKept) kept.splice(0, kept.length - nKept)
      for (const listener of [...listeners]) listener(event)
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    recent: () => kept.slice(-nKept),
    session: () => current,
    attach: (session) => {
      current = session
      for (const event of early.splice(0)) session.record(event)
    },
    report: (event) => {
      if (current !== undefined) current.record(event)
      else if (early.length < nKept) early.push(event)
    },
  }
}
