/** Stage events -> one JSON object per line, for machines. */
import type { Emit } from '../../core/events.ts'

/**
 * Writes every event as a line of JSON with the time at which it came.
 *
 * @param write - Takes one line, with its line break.
 * @param now - The clock.
 * @returns The reporter.
 * @throws Never.
 */
export function createNdjsonReporter(
  write: (line: string) => void,
  now: () => Date = () => new Date(),
): Emit {
  return (event) => {
    write(`${JSON.stringify({ time: now().toISOString(), ...event })}\n`)
  }
}
