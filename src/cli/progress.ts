/** Where the events of a command go: the terminal, a program, and the run's own log. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Emit } from '../core/events.ts'
import { combineReporters, createNdjsonReporter, createTtyReporter } from './reporters/index.ts'

/**
 * Makes the reporter of a command.
 *
 * @param format - `text` draws a live line on stderr; `json` writes one JSON object a line to stderr.
 * @param out - Run directory, whose log.ndjson is appended to; no log without it.
 * @returns Receives events.
 * @throws Never.
 */
export function createReporter(format: 'text' | 'json', out?: string): Emit {
  const shown =
    format === 'json'
      ? createNdjsonReporter((line) => process.stderr.write(line))
      : createTtyReporter(process.stderr)
  if (out === undefined) return shown
  mkdirSync(out, { recursive: true })
  const file = join(out, 'log.ndjson')
  const log = createNdjsonReporter((line) => appendFileSync(file, line))
  return combineReporters(shown, log)
}
