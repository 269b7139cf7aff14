/** Stage events -> the terminal: one live bar per running stage, or a plain line every few seconds where the output is not a terminal. */
import { stripVTControlCharacters } from 'node:util'
import { formatFinding } from '../../core/errors/index.ts'
import type { Emit, StageEvent } from '../../core/events.ts'
import { formatBarLine, formatDuration, formatPlainLine } from './format.ts'
import { createProgressTracker, type ProgressTracker } from './progress.ts'

/** What the reporter needs of a stream; `process.stderr` has it. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** At most one plain line in this time, over all stages. */
const plainEveryMs = 5000
/** At most one drawing of the bars in this time. */
const drawEveryMs = 80

/**
 * Shows events to a person.
 *
 * @param stream - Where to write, usually `process.stderr`.
 * @param nowMs - The clock, in milliseconds.
 * @returns The reporter. It keeps no timer: it draws when events come, so nothing has to be closed.
 * @throws Never.
 */
export function createTtyReporter(
  stream: TextStream,
  nowMs: () => number = () => performance.now(),
): Emit {
  const tracker = createProgressTracker(nowMs)
  return stream.isTTY === true
    ? createLive(stream, tracker, nowMs)
    : createPlain(stream, tracker, nowMs)
}

function createLive(stream: TextStream, tracker: ProgressTracker, nowMs: () => number): Emit {
  let drawnLines = 0
  let drawnMs = -Infinity
  return (event) => {
    tracker.take(event)
    const line = formatEvent(event)
    const isDue = nowMs() - drawnMs >= drawEveryMs
    // Bars change only with progress; everything else is drawn at once.
    if (event.type === 'cache' || (event.type === 'progress' && !isDue)) return
    const bars = tracker.running().map((stage) => formatBarLine(stage, stream.columns ?? 80))
    const erase = drawnLines === 0 ? '' : `\u001b[${drawnLines}A\r\u001b[0J`
    const lines = line === undefined ? bars : [line, ...bars]
    stream.write(erase + lines.map((text) => `${text}\n`).join(''))
    drawnLines = bars.length
    drawnMs = nowMs()
  }
}

function createPlain(stream: TextStream, tracker: ProgressTracker, nowMs: () => number): Emit {
  let writtenMs = nowMs()
  return (event) => {
    tracker.take(event)
    const line = formatEvent(event)
    if (line !== undefined) stream.write(`${line}\n`)
    if (event.type !== 'progress' || nowMs() - writtenMs < plainEveryMs) return
    writtenMs = nowMs()
    const stages = tracker.running().filter(({ done }) => done > 0)
    stream.write(stages.map((stage) => `${formatPlainLine(stage)}\n`).join(''))
  }
}

/** Shorter stages leave no line: a run has hundreds of them. */
const lastingSeconds = 5

/** Events that leave a lasting line. */
function formatEvent(event: StageEvent): string | undefined {
  if (event.type === 'done' && event.seconds < lastingSeconds) return undefined
  if (event.type === 'done') return `${event.stage}: done in ${formatDuration(event.seconds)}`
  if (event.type === 'note') return clean(event.message)
  if (event.type === 'finding') return clean(formatFinding(event.finding))
  return undefined
}

/** File names and messages come from outside; they must not move the cursor. */
function clean(text: string): string {
  return stripVTControlCharacters(text)
}
