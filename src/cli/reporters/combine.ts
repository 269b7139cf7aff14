/** Several reporters -> one. */
import type { Emit } from '../../core/events.ts'

/**
 * Hands every event to every reporter, in order.
 *
 * @param reporters - The reporters.
 * @returns One reporter.
 * @throws Never.
 */
export function combineReporters(...reporters: readonly Emit[]): Emit {
  return (event) => {
    for (const report of reporters) report(event)
  }
}
