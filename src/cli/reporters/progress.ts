/** Stage events -> how far each running stage is, how fast it goes and how long it will take; the numbers behind every bar and line. */
import type { StageEvent } from '../../core/events.ts'

/** One running stage at one moment. */
export interface Progress {
  readonly stage: string
  readonly done: number
  /** Missing while the stage has not said how much there is. */
  readonly total?: number
  readonly unit: string
  readonly detail?: string
  readonly elapsedSeconds: number
  /** Units per second since the stage started; missing before the first unit. */
  readonly rate?: number
  readonly secondsLeft?: number
}

type StageStart = Extract<StageEvent, { type: 'start' }>
type StageProgress = Extract<StageEvent, { type: 'progress' }>

interface Running {
  readonly startedMs: number
  readonly stage: string
  readonly done: number
  readonly total?: number
  readonly unit: string
  readonly detail?: string
}

/** Follows stages by their events. */
export interface ProgressTracker {
  /** Takes an event in; events that are not about progress are ignored. */
  take(event: StageEvent): void
  /** Running stages in the order in which they started. */
  running(): Progress[]
}

/**
 * Follows running stages, so that a reporter only has to draw.
 *
 * @param nowMs - The clock, in milliseconds; only differences count.
 * @returns The tracker.
 * @throws Never.
 */
export function createProgressTracker(nowMs: () => number): ProgressTracker {
  const stages = new Map<string, Running>()
  return {
    take(event) {
      if (event.type === 'start') stages.set(event.stage, begin(event, nowMs()))
      if (event.type === 'progress') {
        stages.set(event.stage, advance(event, stages.get(event.stage)?.startedMs ?? nowMs()))
      }
      if (event.type === 'done') stages.delete(event.stage)
    },
    running: () => [...stages.values()].map((stage) => measure(stage, nowMs())),
  }
}

function begin({ stage, total, unit = '' }: StageStart, startedMs: number): Running {
  return { stage, startedMs, done: 0, unit, ...(total === undefined ? {} : { total }) }
}

function advance({ type: _, ...progress }: StageProgress, startedMs: number): Running {
  return { ...progress, startedMs }
}

function measure({ startedMs, ...stage }: Running, nowMs: number): Progress {
  const elapsedSeconds = Math.max(0, nowMs - startedMs) / 1000
  if (stage.done === 0 || elapsedSeconds === 0) return { ...stage, elapsedSeconds }
  const rate = stage.done / elapsedSeconds
  if (stage.total === undefined) return { ...stage, elapsedSeconds, rate }
  return { ...stage, elapsedSeconds, rate, secondsLeft: (stage.total - stage.done) / rate }
}
