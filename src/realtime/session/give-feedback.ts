/** A decoded volume -> its feedback message, logged and told, with its age and whether it is late. */
import type { Feedback } from '../../core/schemas/feedback.ts'
import type { DecodeResult } from './decode-loop.ts'
import type { OpenedSession } from './open-session.ts'
import type { Recorder } from './recorder.ts'

/**
 * Makes the last step of a session.
 *
 * @param recorder - Where feedback goes.
 * @param opened - Name and clock of the session.
 * @param deadlineMs - Age at which feedback is late, asked anew for every volume.
 * @returns A function to be called with every result in order.
 * @throws Never.
 */
export function createFeedbackGiver(
  recorder: Recorder,
  { started, atOf }: Pick<OpenedSession, 'started' | 'atOf'>,
  deadlineMs: () => number,
): (result: DecodeResult) => Promise<void> {
  return async ({ decoded, failure, receivedAt, decodedAtMs }) => {
    // The raw volume and the line that tells of it come first.
    await recorder.settled()
    const { volume } = decoded
    if (failure !== undefined)
      recorder.note({
        type: 'decoder.failed',
        volume,
        ...failure.failure,
        crashed: failure.crashed === true,
      })
    const sent = recorder.now()
    const ageMs = receivedAt === null ? null : Math.max(0, sent - receivedAt)
    const late = ageMs !== null && ageMs > deadlineMs()
    const feedback: Feedback = {
      ...decoded,
      format: 'limbic-feedback-1',
      session: started.session,
      late,
      ageMs,
      marks: {
        received: receivedAt,
        decoded: decodedAtMs === null ? null : atOf(decodedAtMs),
        sent,
      },
    }
    const given = await recorder.give({ type: 'feedback', volume, feedback, at: sent })
    if (given && late)
      recorder.note({ type: 'feedback.late', volume, ageMs, deadlineMs: deadlineMs() })
  }
}
