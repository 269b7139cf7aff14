/** What the server says about the session -> the page's table of names and hashes. */

/** @import { SessionStarted } from '../../core/schemas/session-event.ts' */
import { byId, make, setText } from './dom.js'

/**
 * @typedef {object} SessionAnswer
 * @property {string} version - Of limbic.
 * @property {string} feedbackClass - Class of outputs with room for one number.
 * @property {string[]} classes - Names of the classes.
 * @property {string | null} selectionMeaning - What is drawn over the volume; null for nothing.
 * @property {boolean} canStart - Whether a start is awaited.
 * @property {string} status - Of the session.
 * @property {number} at - Session clock now, ms.
 * @property {SessionStarted | null} started - First line of the session.
 * @property {number | null} trSeconds - Seconds between volumes.
 * @property {number | null} deadlineMs - Age at which feedback counts as late.
 * @property {{ n: number, p50: number, p95: number, p99: number, max: number } | null} latencyMs - So far.
 * @property {number | null} lastVolume - 0-based.
 */

/** @returns {Promise<SessionAnswer | undefined>} What the server says; undefined while it does not answer. */
export async function fetchSession() {
  try {
    const response = await fetch('/session')
    return response.ok ? /** @type {SessionAnswer} */ (await response.json()) : undefined
  } catch {
    return undefined
  }
}

/**
 * Shows it.
 *
 * @param {SessionAnswer} session - What the server says.
 * @returns {void}
 */
export function showSession(session) {
  const { started, latencyMs } = session
  const stop = /** @type {HTMLButtonElement} */ (byId('stop'))
  const start = /** @type {HTMLButtonElement} */ (byId('start'))
  start.disabled = !session.canStart
  stop.disabled = session.canStart || ['stopped', 'failed'].includes(session.status)
  const { mark } = /** @type {{ mark: HTMLButtonElement }} */ ({ mark: byId('mark') })
  mark.disabled = stop.disabled
  const figures =
    latencyMs === null
      ? 'no feedback yet'
      : ['p50', 'p95', 'p99', 'max']
          .map((name) => `${name} ${Math.round(latencyMs[/** @type {'p50'} */ (name)])}`)
          .join(' · ') + ' ms'
  setText(byId('latency-figures'), figures)
  const rows = [
    ['Session', started?.session],
    ['Started', started?.startedAt],
    ['Source', started?.source],
    ['Subject', started?.calibration.subject],
    ['Bundle', started && `${started.bundle.name} (${started.bundle.model})`],
    ['Bundle SHA-256', started?.bundle.manifestSha256],
    ['Calibration SHA-256', started?.calibration.sha256],
    ['Gate', started && gateText(started.calibration.gate)],
    ['Engine', started?.engine],
    ['TR', session.trSeconds === null ? undefined : `${session.trSeconds} s`],
    ['Budget', session.deadlineMs === null ? undefined : `${session.deadlineMs} ms`],
    ['Smoothing', started && smoothingText(started.policy.smoothing)],
    ['Realignment', started?.policy.realign],
    ['One-number class', session.feedbackClass],
    ['limbic', session.version],
  ]
  const list = byId('session-info')
  const text = JSON.stringify(rows)
  if (list.dataset.shown === text) return
  list.dataset.shown = text
  list.replaceChildren(
    ...rows.flatMap(([name, value]) =>
      value == null ? [] : [make('dt', String(name)), make('dd', String(value))],
    ),
  )
}

/**
 * @param {SessionStarted['calibration']['gate']} gate - How well the calibration tells classes apart.
 * @returns {string} The same in words.
 */
function gateText(gate) {
  if (gate === null) return 'not measured'
  const { auc, threshold, passed } = gate
  return `${passed ? 'passed' : 'NOT passed'}, AUC ${auc.toFixed(2)} (${threshold} asked)`
}

/**
 * @param {SessionStarted['policy']['smoothing']} smoothing - How probabilities are smoothed.
 * @returns {string} The same in words.
 */
function smoothingText(smoothing) {
  if (smoothing.kind === 'mean') return `mean of ${smoothing.volumes} volumes`
  return smoothing.kind === 'ema' ? `exponential, alpha ${smoothing.alpha}` : 'none'
}
