/** Missing tasks of a run -> chunks of manifest lines, one for each element of a job array. */
import type { Task } from '../../core/schemas/task.ts'

/** What an element should take: long beside its half second of scheduling, short beside the limits of queues. */
const targetSeconds = 5 * 60

/** How many elements a short run is spread over, so that it is not done by one node while others are idle. */
const spread = 16

/** How tasks become chunks. */
export interface ChunkOptions {
  /** Tasks per element; estimated when absent. */
  readonly chunk?: number
  /** Seconds that a task has taken so far; absent as long as none has ended. */
  readonly secondsPerTask?: number
}

/**
 * Divides tasks into chunks.
 *
 * @param manifest - All tasks of the run, in the order of the lines.
 * @param missing - Those to be done.
 * @param options - Tasks per chunk, or what is known to estimate it.
 * @returns Lines (from 1) per chunk, ascending; every missing task is in one chunk. Without an estimate a chunk is one task.
 * @throws Never.
 */
export function chunkTasks(
  manifest: readonly Task[],
  missing: readonly Task[],
  { chunk, secondsPerTask }: ChunkOptions,
): readonly (readonly number[])[] {
  const wanted = new Set(missing.map(({ id }) => id))
  const lines = manifest.flatMap(({ id }, i) => (wanted.has(id) ? [i + 1] : []))
  const size = chunk ?? estimateChunk(lines.length, secondsPerTask)
  return Array.from({ length: Math.ceil(lines.length / size) }, (_, i) =>
    lines.slice(i * size, (i + 1) * size),
  )
}

/**
 * Writes ascending numbers as ranges.
 *
 * @param numbers - Whole numbers, ascending.
 * @returns Such as `1-3,7`.
 * @throws Never.
 * @example
 * const text = formatRanges([1, 2, 3, 7, 9, 10]) // text = '1-3,7,9-10'
 */
export function formatRanges(numbers: readonly number[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const n of numbers) {
    const last = ranges.at(-1)
    if (last !== undefined && last.to === n - 1) last.to = n
    else ranges.push({ from: n, to: n })
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

/**
 * Reads what `formatRanges` writes.
 *
 * @param text - Such as `1-3,7`.
 * @returns The numbers, in order; null when the text is none of this kind.
 * @throws Never.
 * @example
 * const numbers = parseRanges('1-3,7') // numbers = [1, 2, 3, 7]
 */
export function parseRanges(text: string): readonly number[] | null {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text)) return null
  return text.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
  })
}

function estimateChunk(nTasks: number, secondsPerTask: number | undefined): number {
  if (secondsPerTask === undefined) return 1
  const byTime = Math.max(1, Math.round(targetSeconds / Math.max(secondsPerTask, 0.01)))
  return Math.min(byTime, Math.max(1, Math.ceil(nTasks / spread)))
}
