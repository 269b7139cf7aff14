/** A run on disk -> the volumes of a live one: with the pauses of the recording, in the rhythm of its TR, or as fast as they are taken. */
import type { VolumeSource } from '../volume-source.ts'
import { createArrivalQueue } from './arrival-queue.ts'
import { arrivedVolume } from './arrived-volume.ts'
import { openRecordedRun, type RecordedRun } from './recorded-run.ts'

export interface ReplaySourceOptions {
  /** As for `openRecordedRun`. */
  readonly input: string
  /** `original`: as recorded, or one per TR where nothing was recorded. `fast`: as soon as the one before was taken. */
  readonly timing?: 'original' | 'fast'
  /** Seconds between volumes, in place of what the input says. */
  readonly trSeconds?: number
}

/** Volumes that may wait for the session before the next is read. */
const maxWaiting = 4
/** Used where nobody knows the repetition time. */
const defaultTrSeconds = 2

/**
 * Plays a run.
 *
 * @param options - The input and its rhythm.
 * @returns The source; it ends after the last volume.
 * @throws {LimbicError} As `openRecordedRun`. A file that cannot be read later ends the iteration with its error.
 */
export async function replaySource(options: ReplaySourceOptions): Promise<VolumeSource> {
  const { input, timing = 'original' } = options
  const run = await openRecordedRun(input)
  const trSeconds = options.trSeconds ?? run.trSeconds
  const queue = createArrivalQueue()
  const stopping = new AbortController()
  let playing: Promise<void> | null = null
  let failure: { readonly error: unknown } | null = null

  const play = async (): Promise<void> => {
    const startMs = performance.now()
    let n = 0
    for await (const { index, data, atMs, acquiredAt } of run.volumes()) {
      const dueMs = atMs ?? 1000 * n * (trSeconds ?? defaultTrSeconds)
      n += 1
      if (timing === 'original') await waitUntil(startMs + dueMs, stopping.signal)
      await queue.room(maxWaiting)
      if (stopping.signal.aborted) return
      const volume = arrivedVolume({
        index,
        grid: run.grid,
        trSeconds,
        data,
        acquiredAt,
        receivedAtMs: performance.now(),
        origin: `${input} #${index}`,
      })
      queue.push({ type: 'volume', volume })
    }
    queue.push({ type: 'end' })
    queue.end()
  }
  return {
    description: `replaying ${describe(run, input)}`,
    [Symbol.asyncIterator]() {
      playing ??= play().catch((error: unknown) => {
        failure = { error }
        queue.end()
      })
      const events = queue[Symbol.asyncIterator]()
      return {
        async next() {
          const result = await events.next()
          if (result.done === true && failure !== null) throw failure.error
          return result
        },
        return: () => events.return?.() ?? Promise.resolve({ done: true, value: undefined }),
      }
    },
    async close() {
      stopping.abort()
      queue.end()
      await playing
    },
  }
}

function describe({ kind, nVolumes }: RecordedRun, input: string): string {
  return `${input} (${kind}, ${nVolumes} volumes)`
}

async function waitUntil(timeMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, Math.max(0, timeMs - performance.now()))
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
