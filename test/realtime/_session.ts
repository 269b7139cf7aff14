/** Sessions in small: a linear decoder on 10 x 10 x 8 voxels, sources made of arrays, and everything that a session said. */
import { join } from 'node:path'
import type {
  SessionEvent,
  SessionEventType,
  EventOf,
} from '../../src/core/schemas/session-event.ts'
import { createRng } from '../../src/core/rng.ts'
import type { Calibration } from '../../src/evaluate/protocol/calibration.ts'
import { sha256 } from '../../src/io/artifacts.ts'
import { readVolumes } from '../../src/io/nifti/index.ts'
import { readBundle, readCalibration, type Bundle } from '../../src/pipeline/bundle/read-bundle.ts'
import { openInProcessDecoder } from '../../src/realtime/decode/in-process-decoder.ts'
import { startSession } from '../../src/realtime/session.ts'
import type { Session, SessionOptions } from '../../src/realtime/session-events.ts'
import type { ArrivedVolume, SourceEvent, VolumeSource } from '../../src/realtime/volume-source.ts'
import type { SimulateOptions } from '../../src/simulate/index.ts'
import { train } from '../pipeline/bundle/_trained.ts'
import { emotionRun, temporaryFolder, writeDataset } from '../pipeline/_dataset.ts'

/** A decoder, the run of a subject, and a folder for sessions. */
export interface SessionBench {
  readonly dir: string
  readonly bids: string
  readonly bundle: Bundle
  readonly calibration: Calibration
  /** 81 volumes. */
  readonly run: readonly ArrivedVolume[]
  readonly remove: () => void
}

export async function makeBench(...settings: readonly string[]): Promise<SessionBench> {
  return makeBenchOf({}, ...settings)
}

/** As large as it must be for motion to be told. */
export function makeLargeBench(...settings: readonly string[]): Promise<SessionBench> {
  return makeBenchOf({ shape: [24, 24, 16], regionRadiusVoxels: 3, volumes: 45 }, ...settings)
}

async function makeBenchOf(
  options: Partial<SimulateOptions>,
  ...settings: readonly string[]
): Promise<SessionBench> {
  const { dir, remove } = temporaryFolder()
  const bids = join(dir, 'bids')
  await writeDataset(bids, { subjects: 4, ...options })
  const out = join(dir, 'out')
  await train(bids, out, ...settings)
  const bundle = await readBundle(join(out, 'bundle'))
  const calibration = await readCalibration(bundle, '01')
  const run = await readRun(bundle, emotionRun(bids, '01', 'bold.nii.gz'))
  return { dir, bids, bundle, calibration, run, remove }
}

/** Every volume of an image, as a source would give it. */
export async function readRun(bundle: Bundle, image: string): Promise<ArrivedVolume[]> {
  const volumes: ArrivedVolume[] = []
  const grid = bundle.manifest.grid as ArrivedVolume['grid']
  for await (const { index, data } of readVolumes(image))
    volumes.push(arrived(index, data.slice(), { grid, trSeconds: bundle.manifest.trSeconds }))
  return volumes
}

export function arrived(
  index: number,
  data: Float32Array,
  rest: Pick<ArrivedVolume, 'grid' | 'trSeconds'>,
): ArrivedVolume {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return {
    ...rest,
    index,
    data,
    sha256: sha256(bytes),
    acquiredAt: null,
    receivedAtMs: performance.now(),
    origin: `volume-${index}`,
  }
}

/** The same volume with its noise redrawn. */
export function altered(volume: ArrivedVolume, seed: number): ArrivedVolume {
  const rng = createRng(seed)
  return arrived(volume.index, volume.data.map((x) => x + rng.normal()), volume) // prettier-ignore
}

/** Milliseconds to wait, or something to give. */
export type Step = number | ArrivedVolume | SourceEvent | (() => void | Promise<void>)

/** A source that gives what it is told to, and then ends, or waits to be closed. */
export function scriptedSource(steps: readonly Step[], ends = true): VolumeSource {
  let close: () => void = () => undefined
  const closed = new Promise<void>((resolve) => (close = resolve))
  let isClosed = false
  return {
    description: 'a script',
    close: () => {
      isClosed = true
      close()
      return Promise.resolve()
    },
    async *[Symbol.asyncIterator]() {
      for (const step of steps) {
        if (isClosed) return
        if (typeof step === 'number')
          await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, step))])
        else if (typeof step === 'function') await step()
        else if ('type' in step) yield step
        else yield { type: 'volume', volume: { ...step, receivedAtMs: performance.now() } } as const
        // Another turn for everybody else, as between two arrivals.
        await new Promise((resolve) => setImmediate(resolve))
      }
      if (!ends) await closed
    },
  }
}

/** What a session said. */
export interface Heard {
  readonly events: SessionEvent[]
  readonly of: <T extends SessionEventType>(type: T) => EventOf<T>[]
  /** When an event of that type has been heard. */
  readonly until: (type: SessionEventType, volume?: number) => Promise<void>
}

export function listen(): Heard & { readonly onEvent: (event: SessionEvent) => void } {
  const events: SessionEvent[] = []
  const waiting: { done(): boolean; resolve(): void }[] = []
  const of: Heard['of'] = (type) =>
    events.filter((event): event is EventOf<typeof type> => event.type === type)
  return {
    events,
    of,
    onEvent(event) {
      events.push(event)
      for (const one of waiting) if (one.done()) one.resolve()
    },
    until(type, volume) {
      const done = (): boolean =>
        events.some(
          (event) =>
            event.type === type &&
            (volume === undefined || ('volume' in event && event.volume === volume)),
        )
      return new Promise((resolve) => {
        if (done()) resolve()
        else waiting.push({ done, resolve })
      })
    },
  }
}

/** Starts a session of a bench in this thread; generous with time, so that a busy machine changes nothing. */
export async function startOn(
  bench: SessionBench,
  name: string,
  source: VolumeSource,
  options: Partial<SessionOptions> = {},
): Promise<Heard & { readonly session: Session; readonly dir: string }> {
  const heard = listen()
  const dir = join(bench.dir, 'sessions', name)
  const { policy, ...rest } = options
  const session = await startSession({
    bundle: bench.bundle,
    calibration: bench.calibration,
    source,
    dir,
    onEvent: heard.onEvent,
    openDecoder: openInProcessDecoder,
    policy: { deadlineMs: 60_000, maxBacklog: 1000, ...policy },
    ...rest,
  })
  return { ...heard, session, dir }
}
