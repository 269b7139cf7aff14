import { expect, it } from 'vitest'
import {
  formatEventLine,
  formatFeedbackLine,
  formatSummary,
} from '../../../src/cli/realtime/lines.ts'
import { createFakeSession, sampleFeedback } from '../../serve/_fake-session.ts'

it('has one line per volume', () => {
  const smoothed = { happy: 0.812, sad: 0.188 }
  const feedback = sampleFeedback(12, 0, {
    smoothed,
    predicted: 'happy',
    ageMs: 41.4,
    motion: null,
  })
  expect(formatFeedbackLine(feedback)).toBe('   12  happy  happy 0.81  sad 0.19    41 ms')
  expect(formatFeedbackLine({ ...feedback, late: true })).toMatch(/41 ms {2}LATE$/)
  expect(formatFeedbackLine({ ...feedback, smoothed: null, reason: 'lost' })).toBe(
    '   12  no feedback: lost',
  )
})

it('tells what is to be known and leaves routine out', () => {
  expect(formatEventLine({ type: 'volume.lost', at: 1, volume: 3, waitedMs: 1000.04 })).toBe(
    '      ! volume.lost  volume=3 waitedMs=1000',
  )
  const { events } = createFakeSession()
  expect(formatEventLine(events[0]!)).toBeUndefined()
})

it('ends with a table', async () => {
  const summary = await createFakeSession().session.stop()
  const latencyMs = { n: 10, p50: 20.04, p95: 30, p99: 31, max: 32 }
  const text = formatSummary({ ...summary, latencyMs })
  expect(text).toContain(
    'latency           p50 20.0  p95 30.0  p99 31.0  max 32.0  (ms, latest 10)\n',
  )
  expect(text).toContain('lost              0\n')
  expect(formatSummary(summary)).toContain('latency           none\n')
})
