/** A feedback message -> the one number for outputs that have room for one only. */
import type { Feedback } from '../../core/schemas/feedback.ts'

/**
 * The smoothed probability of one class; equal to the raw one in a session that does not smooth.
 *
 * @param feedback - The message.
 * @param className - Class whose probability is wanted.
 * @returns The probability, 0 to 1; undefined when the volume has no feedback.
 * @throws Never.
 */
export function chosenValue(feedback: Feedback | null, className: string): number | undefined {
  return feedback?.smoothed?.[className]
}
