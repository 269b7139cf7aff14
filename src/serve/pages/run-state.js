/** Session events, one by one -> what the operator's page shows: one row per volume, and the list of things to know. */

/** @import { Feedback } from '../../core/schemas/feedback.ts' */
/** @import { SessionEvent, SessionStarted } from '../../core/schemas/session-event.ts' */
/** @import { Notice } from './notices.js' */
import { noticeOf } from './notices.js'

/**
 * @typedef {object} RunState
 * @property {SessionStarted | null} started - First line of the session.
 * @property {Feedback[]} rows - Feedback by volume, in the order in which it was sent.
 * @property {Notice[]} notices - Newest first.
 * @property {Record<string, number>} counts - Events by type.
 * @property {'not started' | 'waiting' | 'running' | 'stalled' | 'stopped' | 'failed'} status - Of the session.
 */

/** Volumes that are drawn, and notices that are listed. */
const maxRows = 1200
const maxNotices = 300

/** @returns {RunState} Before the first event. */
export function emptyRunState() {
  return { started: null, rows: [], notices: [], counts: {}, status: 'not started' }
}

/**
 * Takes one event in.
 *
 * @param {RunState} state - Changed in place.
 * @param {SessionEvent} event - The event.
 * @returns {Notice | undefined} What the operator should be told, if anything.
 */
export function takeEvent(state, event) {
  state.counts[event.type] = (state.counts[event.type] ?? 0) + 1
  if (event.type === 'session.started') state.started = event
  state.status = statusAfter(event) ?? state.status
  if (event.type === 'feedback') {
    state.rows.push(event.feedback)
    if (state.rows.length > maxRows) state.rows.shift()
  }
  const notice = noticeOf(event)
  if (notice !== undefined) {
    state.notices.unshift(notice)
    state.notices.length = Math.min(state.notices.length, maxNotices)
  }
  return notice
}

/**
 * @param {SessionEvent} event - The event.
 * @returns {RunState['status'] | undefined} What the session is after it; undefined where it stays as it was.
 */
function statusAfter(event) {
  switch (event.type) {
    case 'session.started':
    case 'session.resumed':
      return 'waiting'
    case 'volume.received':
    case 'feedback':
      return 'running'
    case 'session.stalled':
      return 'stalled'
    case 'session.stopped':
      return event.reason === 'error' ? 'failed' : 'stopped'
    default:
      return undefined
  }
}
