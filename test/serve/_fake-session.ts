/** A session whose events are made by the test: same contract, no decoder. */
import type { Feedback } from '../../src/core/schemas/feedback.ts'
import { sessionPolicySchema } from '../../src/core/schemas/session.ts'
import type {
  EventOf,
  Session,
  SessionCounts,
  SessionEvent,
  SessionState,
} from '../../src/realtime/session-events.ts'
import type { ArrivedVolume } from '../../src/realtime/volume-source.ts'
import { createSessionHub, type SessionHub } from '../../src/serve/index.ts'

export interface FakeSession {
  readonly hub: SessionHub
  readonly session: Session
  /** Every event so far. */
  readonly events: SessionEvent[]
  readonly emit: (event: Unstamped) => void
  /** A volume arrives and is decoded. */
  readonly decode: (volume: number, overrides?: Partial<Feedback>) => Feedback
  /** A volume without feedback. */
  readonly withhold: (volume: number, reason: NonNullable<Feedback['reason']>) => Feedback
  /** Texts of the marks so far. */
  readonly marks: string[]
  readonly isStopped: () => boolean
}

type Unstamped = SessionEvent extends infer E
  ? E extends SessionEvent
    ? Omit<E, 'at'>
    : never
  : never

export const classes = ['negative', 'neutral', 'rest']
const shape = [8, 10, 6] as const

export function createFakeSession({ trSeconds = 2 } = {}): FakeSession {
  const hub = createSessionHub()
  const events: SessionEvent[] = []
  const marks: string[] = []
  const byVolume = new Map<number, Feedback>()
  const clock = performance.now()
  const at = (): number => performance.now() - clock
  let lastFeedback: Feedback | null = null
  let lastVolume: ArrivedVolume | null = null
  let stopped = false
  const started: EventOf<'session.started'> = { ...startedEvent, at: 0 }
  const emit = (event: Unstamped): void => {
    const stamped: SessionEvent = { ...event, at: at() }
    events.push(stamped)
    hub.onEvent(stamped)
  }
  const publish = (feedback: Feedback): Feedback => {
    byVolume.set(feedback.volume, feedback)
    lastFeedback = feedback
    emit({ type: 'feedback', volume: feedback.volume, feedback })
    return feedback
  }
  const state = (): SessionState => ({
    session: 'fake',
    status: stopped ? 'stopped' : lastVolume === null ? 'waiting' : 'running',
    at: at(),
    started,
    trSeconds,
    deadlineMs: 1000 * trSeconds,
    lastVolume,
    lastFeedback,
    feedbackOf: (volume) => byVolume.get(volume),
    counts: countsOf(events),
    latencyMs:
      byVolume.size === 0 ? null : { n: byVolume.size, p50: 20, p95: 30, p99: 40, max: 50 },
  })
  const summary = {
    session: 'fake',
    dir: 'fake',
    reason: 'stopped' as const,
    error: null,
    counts: countsOf([]),
    latencyMs: null,
  }
  const session: Session = {
    id: 'fake',
    dir: 'fake',
    done: new Promise(() => undefined),
    stop: () => {
      if (!stopped)
        emit({ type: 'session.stopped', reason: 'stopped', nFeedback: 0, nNoFeedback: 0 })
      stopped = true
      return Promise.resolve(summary)
    },
    mark: (text) => {
      marks.push(text)
      emit({ type: 'mark', text, volume: lastVolume?.index ?? null })
    },
    record: (event) => emit(event),
    state,
  }
  emit(startedEvent)
  hub.attach(session)
  return {
    hub,
    session,
    events,
    marks,
    emit,
    isStopped: () => stopped,
    decode: (volume, overrides) => {
      lastVolume = sampleVolume(volume)
      const { sha256, origin, acquiredAt } = lastVolume
      emit({ type: 'volume.received', volume, sha256, origin, acquiredAt, file: 'v', trSeconds })
      return publish(sampleFeedback(volume, at(), overrides))
    },
    withhold: (volume, reason) =>
      publish(
        sampleFeedback(volume, at(), {
          status: 'no-feedback',
          reason,
          probabilities: null,
          smoothed: null,
          predicted: null,
          confidence: null,
          motion: null,
          ageMs: null,
        }),
      ),
  }
}

const startedEvent: Omit<EventOf<'session.started'>, 'at'> = {
  type: 'session.started',
  format: 'limbic-session-1',
  session: 'fake',
  startedAt: '2026-01-01T12:00:00.000Z',
  version: '0.1.0',
  source: 'watching run1',
  bundle: {
    dir: 'bundle',
    name: 'emotions',
    model: 'cnn1d',
    classes,
    manifestSha256: '0123456789abcdef'.repeat(4),
  },
  calibration: {
    subject: '07',
    sha256: 'fedcba9876543210'.repeat(4),
    gate: { auc: 0.814, threshold: 0.7, passed: true, nRuns: 2, nVolumes: 160 },
  },
  engine: 'cpu',
  policy: sessionPolicySchema.parse({}),
}

export function sampleFeedback(
  volume: number,
  sentAt: number,
  overrides: Partial<Feedback> = {},
): Feedback {
  const negative = 0.5 + 0.4 * Math.sin(volume / 5)
  const probabilities = { negative, neutral: (1 - negative) * 0.6, rest: (1 - negative) * 0.4 }
  return {
    format: 'limbic-feedback-1',
    session: 'fake',
    volume,
    status: 'feedback',
    reason: null,
    probabilities,
    smoothed: probabilities,
    predicted: 'negative',
    confidence: negative,
    motion: {
      translationMm: [0.1 * Math.sin(volume), 0.05 * volume ** 0.5, 0.1 - 0.02 * volume ** 0.5],
      rotationDeg: [0.1 * Math.cos(volume), 0.05, -0.1],
      framewiseDisplacementMm: volume === 0 ? null : 0.1 + 0.15 * Math.abs(Math.sin(volume * 1.7)),
    },
    late: false,
    ageMs: 40 + 10 * Math.sin(volume * 3),
    marks: { received: sentAt - 40, decoded: sentAt - 1, sent: sentAt },
    ...overrides,
  }
}

export function sampleVolume(index: number): ArrivedVolume {
  const [nx, ny, nz] = shape
  return {
    index,
    grid: { shape, affine: [3, 0, 0, -12, 0, 3, 0, -15, 0, 0, 3, -9, 0, 0, 0, 1] },
    trSeconds: 2,
    data: Float32Array.from({ length: nx * ny * nz }, (_, i) => 500 + (i % nx) * 10 + index),
    sha256: index.toString(16).padStart(64, '0'),
    acquiredAt: null,
    receivedAtMs: 0,
    origin: `vol_${index}.nii`,
  }
}

function countsOf(events: readonly SessionEvent[]): SessionCounts {
  const count = (test: (event: SessionEvent) => boolean): number => events.filter(test).length
  const withheld = (reason: string): number =>
    count((e) => e.type === 'feedback' && e.feedback.reason === reason)
  return {
    received: count((e) => e.type === 'volume.received'),
    feedback: count((e) => e.type === 'feedback' && e.feedback.status === 'feedback'),
    warmingUp: withheld('warming-up'),
    lost: withheld('lost'),
    skipped: withheld('skipped'),
    failed: withheld('failed'),
    lateFeedback: count((e) => e.type === 'feedback.late'),
    lateVolumes: count((e) => e.type === 'volume.late'),
    duplicates: count((e) => e.type === 'volume.duplicate'),
    conflicts: count((e) => e.type === 'volume.conflict'),
    problems: count((e) => e.type === 'source.problem'),
    restarts: count((e) => e.type === 'decoder.restarted'),
  }
}
