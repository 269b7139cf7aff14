/** Progress and durations -> short text for one terminal line. */
import type { Progress } from './progress.ts'

const barCells = 24

/**
 * One running stage as a line: name, bar, count, rate, time left, detail.
 *
 * @param progress - The stage.
 * @param columns - Width of the terminal in characters; the line is cut to it.
 * @returns One line without a line break.
 * @throws Never.
 */
export function formatBarLine(progress: Progress, columns: number): string {
  const parts = [progress.stage.padEnd(14), drawBar(progress), ...describe(progress)]
  const line = parts.filter((part) => part !== '').join('  ')
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`
}

/**
 * One running stage as a plain line, for logs.
 *
 * @param progress - The stage.
 * @returns One line without a line break.
 * @throws Never.
 */
export function formatPlainLine(progress: Progress): string {
  return `${progress.stage}: ${describe(progress).join(', ')}`
}

/**
 * A duration in the two units that matter.
 *
 * @param seconds - The duration, at least 0.
 * @returns As in `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`.
 * @throws Never.
 * @example
 * const text = formatDuration(185) // text = '3 min 05 s'
 */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`
}

function drawBar({ done, total }: Progress): string {
  if (total === undefined || total <= 0) return ''
  const filled = Math.round(barCells * Math.min(1, done / total))
  return `${'█'.repeat(filled)}${'░'.repeat(barCells - filled)}`
}

function describe(progress: Progress): string[] {
  const { done, total, unit, rate, secondsLeft, elapsedSeconds, detail } = progress
  const count = total === undefined ? (done === 0 ? '' : `${done}`) : `${done}/${total}`
  return [
    count === '' ? 'running' : `${count} ${unit}`.trim(),
    formatRate(rate, unit),
    secondsLeft === undefined
      ? `${formatDuration(elapsedSeconds)} so far`
      : `${formatDuration(secondsLeft)} left`,
    detail ?? '',
  ].filter((part) => part !== '')
}

/** Slow stages read better as a time per unit. */
function formatRate(rate: number | undefined, unit: string): string {
  if (rate === undefined || rate <= 0) return ''
  if (rate < 0.5) return `${formatDuration(1 / rate)} each`
  return `${rate < 10 ? rate.toFixed(1) : rate.toFixed(0)} ${unit}/s`.replace(' /s', '/s')
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0')
}
