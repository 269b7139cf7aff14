/** A session event -> a sentence for the operator, and how much it matters. Volumes have routine events; those are drawn, not told. */

/** @import { SessionEvent } from '../../core/schemas/session-event.ts' */

/**
 * @typedef {object} Notice
 * @property {number} at - Milliseconds of the session's clock.
 * @property {'alarm' | 'warning' | 'note' | 'connection'} level - How much it matters.
 * @property {string} text - The sentence.
 */

/**
 * Words an event.
 *
 * @param {SessionEvent} event - The event.
 * @returns {Notice | undefined} What to tell; undefined for routine.
 */
export function noticeOf(event) {
  const worded = word(event)
  return worded === undefined ? undefined : { at: event.at, level: worded[0], text: worded[1] }
}

/**
 * Names a volume in both ways of counting.
 *
 * @param {number} volume - 0-based index.
 * @returns {string} As `volume 12 (13th)`.
 */
function nameOf(volume) {
  return `volume ${volume} (${ordinal(volume + 1)})`
}

/**
 * @param {SessionEvent} event - The event.
 * @returns {[Notice['level'], string] | undefined} Level and sentence.
 */
function word(event) {
  switch (event.type) {
    case 'volume.lost':
      return ['alarm', `Lost ${nameOf(event.volume)}: not there after ${ms(event.waitedMs)}`]
    case 'volume.late':
      return ['warning', `Late ${nameOf(event.volume)}: kept, but not decoded any more`]
    case 'volume.parked':
      return ['note', `Parked ${nameOf(event.volume)}: waits for ${nameOf(event.waitingFor)}`]
    case 'volume.duplicate':
      return ['note', `Duplicate of ${nameOf(event.volume)}: the same bytes, ignored`]
    case 'volume.conflict':
      return [
        'alarm',
        `Conflict at ${nameOf(event.volume)}: other bytes came, the first are kept (${event.origin})`,
      ]
    case 'feedback.late':
      return [
        'warning',
        `Late feedback for ${nameOf(event.volume)}: ${ms(event.ageMs)}, budget ${ms(event.deadlineMs)}`,
      ]
    case 'feedback.skipped':
      return ['warning', `Skipped ${nameOf(event.volume)}: ${nameOf(event.newest)} was waiting too`]
    case 'decoder.failed':
      return ['alarm', `No decoding of ${nameOf(event.volume)}: ${event.message}`]
    case 'decoder.restarted':
      return ['warning', `Decoder restarted (${event.reason}), ${event.nRestored} volumes restored`]
    case 'source.problem':
      return ['warning', `${event.message} (${event.origin})`]
    case 'session.stalled':
      return [
        'alarm',
        `Nothing from the scanner for ${ms(event.quietMs)}${event.lastVolume === null ? '' : `, last was ${nameOf(event.lastVolume)}`}`,
      ]
    case 'session.error':
      return ['alarm', `The session ends: ${event.message}`]
    default:
      return wordRoutine(event)
  }
}

/**
 * @param {SessionEvent} event - The event.
 * @returns {[Notice['level'], string] | undefined} Level and sentence.
 */
function wordRoutine(event) {
  switch (event.type) {
    case 'session.started':
      return event.calibration.gate?.passed === false
        ? [
            'alarm',
            `Session ${event.session} started although its calibration did not pass the gate`,
          ]
        : ['note', `Session ${event.session} started, ${event.source}`]
    case 'session.resumed':
      return ['note', `Resumed at ${nameOf(event.volume)}, ${event.nRestored} volumes restored`]
    case 'session.stopped':
      return [
        'note',
        `Session ended (${event.reason}): ${event.nFeedback} volumes with feedback, ${event.nNoFeedback} without`,
      ]
    case 'mark':
      return [
        'note',
        `Mark ${event.volume === null ? 'before the first volume' : `at ${nameOf(event.volume)}`}: ${event.text}`,
      ]
    case 'client.refused':
      return ['warning', `Refused ${event.address} (${event.transport}): ${event.reason}`]
    case 'client.connected':
      return ['connection', `Connected: ${event.client} (${event.transport})`]
    case 'client.disconnected':
      return ['connection', `Disconnected: ${event.client} (${event.transport}), ${event.reason}`]
    default:
      return undefined
  }
}

/**
 * @param {number} value - Milliseconds.
 * @returns {string} As `230 ms` or `2.4 s`.
 */
function ms(value) {
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

/**
 * @param {number} n - 1, 2, 3 ...
 * @returns {string} As `1st`.
 */
function ordinal(n) {
  const tens = Math.floor(n / 10) % 10
  const suffix = tens === 1 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${suffix}`
}
