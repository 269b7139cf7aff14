import { describe, expect, it } from 'vitest'
import type { Feedback, NoFeedbackReason } from '../../../src/core/schemas/feedback.ts'
import type { SessionEvent } from '../../../src/core/schemas/session-event.ts'
import {
  createSessionTracker,
  summarizeLatencies,
} from '../../../src/realtime/session/session-tracker.ts'

const feedback = (volume: number, reason: NoFeedbackReason | null, ageMs = 10): SessionEvent => {
  const message: Feedback = {
    format: 'limbic-feedback-1',
    session: 's',
    volume,
    status: reason === null ? 'feedback' : 'no-feedback',
    reason,
    probabilities: null,
    smoothed: null,
    predicted: null,
    confidence: null,
    motion: null,
    late: false,
    ageMs,
    marks: { received: 0, decoded: 0, sent: 0 },
  }
  return { type: 'feedback', at: 0, volume, feedback: message }
}

describe('createSessionTracker', () => {
  it('counts what happens, by kind', () => {
    const tracker = createSessionTracker()
    const reasons = [null, null, 'warming-up', 'lost', 'skipped', 'failed'] as const
    reasons.forEach((reason, i) => tracker.note(feedback(i, reason)))
    tracker.note({ type: 'volume.duplicate', at: 0, volume: 1, sha256: '', origin: '' })
    tracker.note({ type: 'source.problem', at: 0, code: 'X', message: '', origin: '' })
    tracker.note({ type: 'decoder.restarted', at: 0, volume: 1, reason: '', nRestored: 0 })
    tracker.note({ type: 'volume.lost', at: 0, volume: 7, waitedMs: 1 })
    expect(tracker.counts).toMatchObject({
      feedback: 2,
      warmingUp: 1,
      lost: 1,
      skipped: 1,
      failed: 1,
      duplicates: 1,
      problems: 1,
      restarts: 1,
    })
    expect(tracker.lastVolume).toBe(7)
    expect(tracker.lastFeedback?.volume).toBe(5)
  })

  it('keeps the latest feedback only', () => {
    const tracker = createSessionTracker()
    for (let i = 0; i < 5000; i++) tracker.note(feedback(i, null, i))
    expect(tracker.feedbackOf(4999)?.ageMs).toBe(4999)
    expect(tracker.feedbackOf(5000 - 4096)).toBeDefined()
    expect(tracker.feedbackOf(5000 - 4097)).toBeUndefined()
    expect(tracker.latency()).toMatchObject({ n: 1000, max: 4999, p50: 4499 })
  })
})

describe('summarizeLatencies', () => {
  it('is null without any, and the value itself of one', () => {
    expect(summarizeLatencies([])).toBeNull()
    expect(summarizeLatencies([3])).toEqual({ n: 1, p50: 3, p95: 3, p99: 3, max: 3 })
  })

  it('takes the nearest rank', () => {
    const stats = summarizeLatencies(Array.from({ length: 100 }, (_, i) => 100 - i))
    expect(stats).toEqual({ n: 100, p50: 50, p95: 95, p99: 99, max: 100 })
  })
})
