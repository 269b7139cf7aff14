/** The events of a session as they happen -> counts, latencies and the latest feedback, in bounded memory. */
import type { Feedback } from '../../core/schemas/feedback.ts'
import type { SessionEvent } from '../../core/schemas/session-event.ts'
import type { LatencyStats, SessionCounts } from '../session-events.ts'

const nFeedbackKept = 4096
const nLatenciesKept = 1000

export interface SessionTracker {
  /** Takes in an event. */
  note(event: SessionEvent): void
  readonly counts: SessionCounts
  readonly lastFeedback: Feedback | null
  /** Index of the volume that was last decided on. */
  readonly lastVolume: number | null
  readonly feedbackOf: (volume: number) => Feedback | undefined
  latency(): LatencyStats | null
}

/**
 * Makes a tracker.
 *
 * @returns The tracker of a session of which nothing has happened yet.
 * @throws Never.
 */
export function createSessionTracker(): SessionTracker {
  const counts = {
    received: 0,
    feedback: 0,
    warmingUp: 0,
    lost: 0,
    skipped: 0,
    failed: 0,
    lateFeedback: 0,
    lateVolumes: 0,
    duplicates: 0,
    conflicts: 0,
    problems: 0,
    restarts: 0,
  }
  const byVolume = new Map<number, Feedback>()
  const latencies: number[] = []
  let lastFeedback: Feedback | null = null
  let lastVolume: number | null = null

  const noteFeedback = (feedback: Feedback): void => {
    lastFeedback = feedback
    byVolume.set(feedback.volume, feedback)
    if (byVolume.size > nFeedbackKept) byVolume.delete(byVolume.keys().next().value ?? 0)
    if (feedback.status === 'feedback') {
      counts.feedback += 1
      latencies.push(feedback.ageMs ?? 0)
      if (latencies.length > nLatenciesKept) latencies.shift()
    } else {
      const names = { 'warming-up': 'warmingUp', lost: 'lost', skipped: 'skipped', failed: 'failed' } as const // prettier-ignore
      if (feedback.reason !== null) counts[names[feedback.reason]] += 1
    }
  }

  return {
    counts,
    get lastFeedback() {
      return lastFeedback
    },
    get lastVolume() {
      return lastVolume
    },
    feedbackOf: (volume) => byVolume.get(volume),
    latency: () => summarizeLatencies(latencies),
    note(event) {
      if (event.type === 'volume.received' || event.type === 'volume.lost')
        lastVolume = event.volume
      if (event.type === 'feedback') noteFeedback(event.feedback)
      else if (event.type in countedAs) counts[countedAs[event.type as keyof typeof countedAs]] += 1
    },
  }
}

const countedAs = {
  'volume.received': 'received',
  'feedback.late': 'lateFeedback',
  'volume.late': 'lateVolumes',
  'volume.duplicate': 'duplicates',
  'volume.conflict': 'conflicts',
  'source.problem': 'problems',
  'decoder.restarted': 'restarts',
} as const

/**
 * Percentiles of latencies.
 *
 * @param latencies - Milliseconds, in any order.
 * @returns The nearest-rank percentiles; null without any.
 * @throws Never.
 * @example
 * const stats = summarizeLatencies([3, 1, 2]) // stats = { n: 3, p50: 2, p95: 3, p99: 3, max: 3 }
 */
export function summarizeLatencies(latencies: readonly number[]): LatencyStats | null {
  const sorted = [...latencies].sort((a, b) => a - b)
  const n = sorted.length
  if (n === 0) return null
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * n) - 1)] ?? 0
  return { n, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
