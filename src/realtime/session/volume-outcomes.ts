/** Decisions about arrived volumes -> events of the session, raw volumes on disk, and work for the decoder. */
import { createFinding } from '../../core/errors/index.ts'
import type { SessionPolicy } from '../../core/schemas/session.ts'
import type { QueueItem } from '../decode-queue.ts'
import type { OrderDecision } from '../order-buffer.ts'
import type { ArrivedVolume } from '../volume-source.ts'
import type { DecodeLoop, QueuedVolume } from './decode-loop.ts'
import type { OpenedSession } from './open-session.ts'
import type { Recorder, Untimed } from './recorder.ts'

/** Acts on decisions, and on what an earlier part of the session still owes. */
export interface VolumeOutcomes {
  decide(decision: OrderDecision<ArrivedVolume>): void
  push(item: QueueItem<QueuedVolume>): void
}

/**
 * Makes the part of a session that acts on decisions.
 *
 * @param recorder - Where events go.
 * @param loop - What decodes.
 * @param opened - Log and clock.
 * @returns What to call with every decision, in order.
 * @throws Never.
 */
export function createVolumeOutcomes(
  recorder: Recorder,
  loop: DecodeLoop,
  { log, atOf, policy }: Pick<OpenedSession, 'log' | 'atOf' | 'policy'>,
): VolumeOutcomes {
  const push = (item: QueueItem<QueuedVolume>): void => {
    for (const { index: volume, newest, backlog } of loop.push(item))
      recorder.inOrder(() => recorder.note({ type: 'feedback.skipped', volume, newest, backlog }))
  }
  const accept = (arrived: ArrivedVolume): void => {
    const { index, trSeconds } = arrived
    // Begun before anything else, since its feedback waits for it; the decoder is at work meanwhile.
    const storing = log.store(arrived)
    storing.catch(() => undefined)
    recorder.inOrder(async () => {
      const file = await storing
      recorder.note({ type: 'volume.received', ...arrivalOf(arrived), file, trSeconds })
    })
    const receivedAt = atOf(arrived.receivedAtMs)
    push({ kind: 'decode', index, volume: { input: arrived, receivedAt } })
  }
  const decide: VolumeOutcomes['decide'] = (decision) => {
    if (decision.type === 'accept') accept(decision.volume)
    else if (decision.type === 'lost') {
      const { index, waitedMs } = decision
      recorder.inOrder(() => recorder.note({ type: 'volume.lost', volume: index, waitedMs }))
      push({ kind: 'lost', index })
    } else if (decision.type === 'late') {
      recorder.inOrder(async () => {
        const file = await log.store(decision.volume)
        recorder.note({ type: 'volume.late', ...arrivalOf(decision.volume), file })
      })
    } else recorder.inOrder(() => recorder.note(describe(decision, policy)))
  }
  return { decide, push }
}

function arrivalOf({ index, sha256, origin, acquiredAt }: ArrivedVolume) {
  return { volume: index, sha256, origin, acquiredAt }
}

function describe(
  decision: Exclude<OrderDecision<ArrivedVolume>, { type: 'accept' | 'lost' | 'late' }>,
  { maxGap }: SessionPolicy,
): Untimed {
  const { index: volume, sha256, origin } = decision.volume
  switch (decision.type) {
    case 'duplicate':
      return { type: 'volume.duplicate', volume, sha256, origin }
    case 'conflict':
      return { type: 'volume.conflict', volume, sha256, keptSha256: decision.keptSha256, origin }
    case 'parked':
      return { type: 'volume.parked', volume, waitingFor: decision.waitingFor }
    case 'refused': {
      const details = { volume, expected: decision.expected, maxGap, origin }
      const { code, message } = createFinding('error', 'RT_INDEX_JUMP', details)
      return { type: 'source.problem', code, message, origin }
    }
  }
}
