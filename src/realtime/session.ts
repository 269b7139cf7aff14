/** A source of volumes and a decoder -> a running session: every volume gets its outcome, and every outcome is logged before it is told. */
import { join } from 'node:path'
import { assertSameGrid } from '../pipeline/bundle/read-bundle.ts'
import type { Session, SessionOptions, SessionState, SessionSummary } from './session-events.ts'
import { takeArrivals, type ArrivalHandlers } from './session/arrivals.ts'
import { createDecodeLoop } from './session/decode-loop.ts'
import { createFeedbackGiver } from './session/give-feedback.ts'
import { openSession, type OpenedSession } from './session/open-session.ts'
import { createRecorder, type Recorder } from './session/recorder.ts'
import { readVolumeFile, volumeFileName } from './session/volume-file.ts'
import { createVolumeOutcomes, type VolumeOutcomes } from './session/volume-outcomes.ts'
import type { ArrivedVolume } from './volume-source.ts'
import { createYoungCollector } from './young-garbage.ts'

/**
 * Starts a session: opens its folder and its decoder, then takes volumes from the source until that ends or `stop` is called.
 *
 * @param options - Decoder, source, folder, and whom to tell.
 * @returns The session, when its log is open and its decoder ready.
 * @throws {LimbicError} `RT_SESSION_EXISTS`, `RT_SESSION_LOCKED`, `RT_SESSION_INVALID`, `RT_SESSION_DIFFERS`, `RT_LOG_FAILED`, `RT_DECODER_UNUSABLE`,
 *   `RT_GATE_NOT_PASSED`; a `ZodError` for a policy that is none. What goes wrong later ends the session and is in its summary.
 * @remarks Of a volume, the raw voxels and the line that tells of them are written while it is decoded; its feedback is written when both are done, and
 *   only then told. When writing fails the session ends: nothing is told that the log does not hold, but for the error itself.
 */
export async function startSession(options: SessionOptions): Promise<Session> {
  const { source, bundle, onEvent } = options
  const opened = await openSession(options, (restart) =>
    recorder.note({ type: 'decoder.restarted', ...restart }),
  )
  const { dir, policy, started, tracker, decoder, maker, history, geometry } = opened
  const recorder: Recorder = createRecorder(opened, onEvent, () => {
    // Without a log there is no feedback; after any other error what has arrived still gets its own.
    if (recorder.failure?.code === 'RT_LOG_FAILED') loop.clear()
    void source.close()
  })
  const trSecondsOf = (stated: number | null | undefined): number =>
    policy.trSeconds ?? stated ?? bundle.manifest.trSeconds
  let trSeconds = trSecondsOf(geometry?.trSeconds)
  const deadlineMs = (): number => policy.deadlineMs ?? 1000 * trSeconds
  const onResult = createFeedbackGiver(recorder, opened, deadlineMs)
  const onDeath = recorder.fail
  const loop = createDecodeLoop({
    maxBacklog: policy.maxBacklog,
    decoder,
    maker,
    onResult,
    onPause: createYoungCollector(),
    onDeath,
  })
  const outcomes = createVolumeOutcomes(recorder, loop, opened)

  let status: SessionState['status'] = 'waiting'
  let lastVolume: ArrivedVolume | null = null
  let isStopped = false
  const handlers: ArrivalHandlers = {
    onFirst({ grid, origin, trSeconds: stated }) {
      assertSameGrid(bundle.manifest, grid, origin)
      trSeconds = trSecondsOf(stated)
    },
    onDecision(decision) {
      status = 'running'
      if (decision.type === 'accept') lastVolume = decision.volume
      outcomes.decide(decision)
    },
    onProblem: ({ code, message, origin }) =>
      recorder.inOrder(() => recorder.note({ type: 'source.problem', code, message, origin })),
    onStalled(quietMs) {
      status = 'stalled'
      recorder.inOrder(() =>
        recorder.note({ type: 'session.stalled', lastVolume: tracker.lastVolume, quietMs }),
      )
    },
  }

  const run = async (): Promise<SessionSummary> => {
    try {
      await resumePending(opened, outcomes)
      const trMsOf = (stated: number | null): number => 1000 * trSecondsOf(stated)
      const before = history === undefined ? {} : { history: history.order }
      const known = geometry === undefined ? {} : { geometry }
      await takeArrivals(source, { policy, trMsOf, handlers, ...before, ...known })
    } catch (error) {
      recorder.fail(error)
    }
    await loop.idle()
    await recorder.settled()
    return end(isStopped ? 'stopped' : 'source-ended')
  }
  const end = async (reason: 'stopped' | 'source-ended'): Promise<SessionSummary> => {
    const { counts } = tracker
    const summary = {
      session: started.session,
      dir,
      reason: recorder.failure === null ? reason : 'error',
      error: recorder.failure,
      counts: { ...counts },
      latencyMs: tracker.latency(),
    } as const
    const nNoFeedback = counts.warmingUp + counts.lost + counts.skipped + counts.failed
    recorder.note({
      type: 'session.stopped',
      reason: summary.reason,
      nFeedback: counts.feedback,
      nNoFeedback,
    })
    recorder.close()
    status = recorder.failure === null ? 'stopped' : 'failed'
    await source.close()
    await decoder.close()
    await opened.log.close()
    return summary
  }

  announce(options, opened, recorder)
  const done = run()
  return {
    id: started.session,
    dir,
    done,
    stop() {
      isStopped = true
      void source.close()
      return done
    },
    mark: (text) => recorder.note({ type: 'mark', text, volume: tracker.lastVolume }),
    record: (event) => recorder.note(event),
    state: () => ({
      session: started.session,
      status,
      at: recorder.now(),
      started,
      trSeconds,
      deadlineMs: deadlineMs(),
      lastVolume,
      lastFeedback: tracker.lastFeedback,
      feedbackOf: tracker.feedbackOf,
      counts: { ...tracker.counts },
      latencyMs: tracker.latency(),
    }),
  }
}

/** The first line of a new log, or the line at which an old one goes on. */
function announce(
  { source }: SessionOptions,
  { started, history, decoder }: OpenedSession,
  recorder: Recorder,
): void {
  if (history === undefined) {
    recorder.note(started)
    return
  }
  recorder.note({
    type: 'session.resumed',
    resumedAt: new Date().toISOString(),
    source: source.description,
    volume: history.order.expected,
    nRestored: decoder.nRestored,
  })
}

/** What was decided on before the session was killed, and not yet told. */
async function resumePending(
  { dir, history }: OpenedSession,
  outcomes: VolumeOutcomes,
): Promise<void> {
  for (const { index, kind, at } of history?.pending ?? []) {
    if (kind !== 'decode') outcomes.push({ kind, index })
    else {
      const input = await readVolumeFile(join(dir, volumeFileName(index)))
      outcomes.push({ kind, index, volume: { input, receivedAt: at ?? 0 } })
    }
  }
}
