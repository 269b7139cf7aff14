/** The events of a source -> decisions about volumes, with the waits and silences that only a clock can tell. */
import { LimbicError } from '../../core/errors/index.ts'
import type { SessionPolicy } from '../../core/schemas/session.ts'
import type { Grid } from '../../core/types.ts'
import { formatGrid, isSameGrid } from '../../evaluate/protocol/same-grid.ts'
import { createOrderBuffer, type OrderBuffer, type OrderDecision, type OrderHistory } from '../order-buffer.ts' // prettier-ignore
import type { ArrivedVolume, SourceEvent, VolumeSource } from '../volume-source.ts'

/** What all volumes of a run share. */
export interface RunGeometry {
  readonly grid: Grid
  readonly trSeconds: number | null
}

export interface ArrivalHandlers {
  /** Called with the first volume of the run, before anything is decided. */
  onFirst(volume: ArrivedVolume): void
  onDecision(decision: OrderDecision<ArrivedVolume>): void
  onProblem(problem: Extract<SourceEvent, { type: 'problem' }>): void
  onStalled(quietMs: number): void
}

export interface ArrivalOptions {
  readonly policy: SessionPolicy
  /** Milliseconds between volumes, given the TR in seconds that the volumes state, if they do. */
  readonly trMsOf: (trSeconds: number | null) => number
  readonly history?: OrderHistory
  /** Of the volumes that came before, when a session goes on. */
  readonly geometry?: RunGeometry
  readonly handlers: ArrivalHandlers
}

/**
 * Takes volumes from a source until nothing follows.
 *
 * @param source - The source.
 * @param options - When to wait, and whom to tell.
 * @returns When the source has ended, or was closed; everything that waited has been decided on by then.
 * @throws {LimbicError} `RT_GEOMETRY_CHANGED`; whatever a handler or the source throws. What waits is not decided on then.
 */
export async function takeArrivals(source: VolumeSource, options: ArrivalOptions): Promise<void> {
  const { handlers } = options
  let geometry = options.geometry
  let buffer: OrderBuffer<ArrivedVolume> | undefined
  let lastArrivalMs = performance.now()
  let isStalled = geometry === undefined
  let timer: NodeJS.Timeout | undefined
  let failure: { readonly error: unknown } | undefined
  const quietMs = (): number =>
    options.policy.quietTrs * options.trMsOf(geometry?.trSeconds ?? null)

  const arm = (): void => {
    clearTimeout(timer)
    const stallAt = isStalled ? Infinity : lastArrivalMs + quietMs()
    const next = Math.min(buffer?.deadlineMs ?? Infinity, stallAt)
    // Rounded up: a timer that fires a little early would only be armed again.
    if (next < Infinity)
      timer = setTimeout(onTime, Math.max(0, Math.ceil(next - performance.now())))
  }
  const onTime = (): void => {
    const now = performance.now()
    try {
      for (const decision of buffer?.tick(now) ?? []) handlers.onDecision(decision)
      if (!isStalled && now >= lastArrivalMs + quietMs()) {
        isStalled = true
        handlers.onStalled(now - lastArrivalMs)
      }
      arm()
    } catch (error) {
      failure = { error }
      void source.close()
    }
  }
  const onVolume = (volume: ArrivedVolume): void => {
    const now = performance.now()
    lastArrivalMs = now
    isStalled = false
    if (geometry === undefined) {
      handlers.onFirst(volume)
      geometry = { grid: volume.grid, trSeconds: volume.trSeconds }
    }
    assertSameGeometry(geometry, volume)
    buffer ??= openBuffer(options, geometry)
    for (const decision of buffer.arrive(volume, now)) handlers.onDecision(decision)
    arm()
  }

  arm()
  try {
    for await (const event of source) {
      if (failure !== undefined || event.type === 'end') break
      if (event.type === 'problem') handlers.onProblem(event)
      else onVolume(event.volume)
    }
    if (failure !== undefined) throw failure.error
    for (const decision of buffer?.end(performance.now()) ?? []) handlers.onDecision(decision)
  } finally {
    clearTimeout(timer)
  }
}

function openBuffer(
  { policy, trMsOf, history }: ArrivalOptions,
  geometry: RunGeometry,
): OrderBuffer<ArrivedVolume> {
  const { firstVolume, maxParked, maxGap } = policy
  const maxWaitMs = policy.maxWaitMs ?? trMsOf(geometry.trSeconds) / 2
  return createOrderBuffer({ firstVolume, maxParked, maxGap, maxWaitMs }, history)
}

function assertSameGeometry(run: RunGeometry, volume: ArrivedVolume): void {
  const sameTr =
    run.trSeconds === null ||
    volume.trSeconds === null ||
    Math.abs(run.trSeconds - volume.trSeconds) <= 1e-3
  if (sameTr && isSameGrid(run.grid, volume.grid)) return
  throw new LimbicError('RT_GEOMETRY_CHANGED', {
    volume: volume.index,
    origin: volume.origin,
    expected: formatGeometry(run),
    found: formatGeometry(volume),
  })
}

function formatGeometry({ grid, trSeconds }: RunGeometry): string {
  return `${formatGrid(grid)}, TR ${trSeconds === null ? 'unknown' : `${trSeconds} s`}`
}
