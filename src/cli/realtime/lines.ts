/** What happens in a session -> lines for a terminal: one per volume, one per thing to know, and a table at the end. */
import type { Feedback } from '../../core/schemas/feedback.ts'
import type { SessionEvent, SessionSummary } from '../../realtime/session-events.ts'

/** Events that volumes come with as a rule; their feedback says enough. */
const routine = new Set(['volume.received', 'session.started', 'client.connected', 'client.disconnected']) // prettier-ignore

const unprinted = new Set(['type', 'at', 'sha256', 'keptSha256'])

/**
 * Words an event.
 *
 * @param event - The event.
 * @returns A line without its end; undefined for routine.
 * @throws Never.
 */
export function formatEventLine(event: SessionEvent): string | undefined {
  if (event.type === 'feedback') return formatFeedbackLine(event.feedback)
  if (routine.has(event.type)) return undefined
  const details = Object.entries(event)
    .filter(([name]) => !unprinted.has(name))
    .map(([name, value]) => `${name}=${formatValue(value)}`)
  return `      ! ${event.type}  ${details.join(' ')}`
}

/**
 * One line for one volume.
 *
 * @param feedback - Its message.
 * @returns Index from 0, class and probabilities or why there are none, age; as `   12  happy  happy 0.81  sad 0.19    41 ms`.
 * @throws Never.
 */
export function formatFeedbackLine(feedback: Feedback): string {
  const { volume, smoothed, predicted, reason, ageMs, late, motion } = feedback
  const index = String(volume).padStart(5)
  if (smoothed === null) return `${index}  no feedback: ${reason ?? 'unknown'}`
  const classes = Object.entries(smoothed).map(([name, p]) => `${name} ${p.toFixed(2)}`)
  const fd = motion?.framewiseDisplacementMm
  return [
    `${index}  ${predicted ?? ''}`,
    ...classes,
    `${(ageMs ?? 0).toFixed(0).padStart(4)} ms`,
    ...(fd == null ? [] : [`FD ${fd.toFixed(2)} mm`]),
    ...(late ? ['LATE'] : []),
  ].join('  ')
}

/**
 * The table at the end.
 *
 * @param summary - What the session came to.
 * @returns Lines, each with its end.
 * @throws Never.
 */
export function formatSummary({ dir, reason, counts, latencyMs }: SessionSummary): string {
  const latency =
    latencyMs === null
      ? 'none'
      : `p50 ${ms(latencyMs.p50)}  p95 ${ms(latencyMs.p95)}  p99 ${ms(latencyMs.p99)}  max ${ms(latencyMs.max)}  (ms, latest ${latencyMs.n})`
  const rows: readonly (readonly [string, string | number])[] = [
    ['ended', reason],
    ['volumes received', counts.received],
    ['with feedback', counts.feedback],
    ['warming up', counts.warmingUp],
    ['lost', counts.lost],
    ['skipped', counts.skipped],
    ['not decoded', counts.failed],
    ['late feedback', counts.lateFeedback],
    ['late volumes', counts.lateVolumes],
    ['duplicates', counts.duplicates],
    ['conflicts', counts.conflicts],
    ['problems', counts.problems],
    ['decoder restarts', counts.restarts],
    ['latency', latency],
    ['session', dir],
  ]
  return rows.map(([name, value]) => `${name.padEnd(18)}${value}\n`).join('')
}

function ms(value: number): string {
  return value.toFixed(1)
}

function formatValue(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value * 10) / 10)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
