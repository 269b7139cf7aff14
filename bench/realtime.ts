/** From a complete file in a watched folder to its feedback on a WebSocket, volume by volume, with everything between: the latency of real time as a distribution. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { createRng } from '../src/core/rng.ts'
import type { SessionEvent } from '../src/core/schemas/session-event.ts'
import { writeNifti } from '../src/io/nifti/index.ts'
import { readBundle, readCalibration } from '../src/pipeline/bundle/read-bundle.ts'
import { startSession } from '../src/realtime/session.ts'
import type { LatencyStats } from '../src/realtime/session-events.ts'
import { summarizeLatencies } from '../src/realtime/session/session-tracker.ts'
import { watchFolder } from '../src/realtime/sources/watch/watch-folder.ts'
import { createSessionHub, startServer } from '../src/serve/index.ts'
import { writeRealtimeBundle, realtimeGrid } from './realtime-bundle.ts'
import type { RealtimeCase } from './realtime-cases.ts'

/** What was measured. */
export interface RealtimeMeasurement {
  readonly name: string
  readonly nVolumes: number
  /** Milliseconds between volumes. */
  readonly intervalMs: number
  /** From the rename that completes the file to the message at the client. */
  readonly latencyMs: LatencyStats
  /** The part of it from the arrival at the session to sending. */
  readonly sessionMs: LatencyStats
  readonly targetMs: RealtimeCase['targetMs']
  readonly nWithoutFeedback: number
  /** Resident memory at the end, MiB. */
  readonly residentMb: number
}

/**
 * Plays a run of 64 x 64 x 34 voxels into a watched folder and measures when its feedback comes out of the WebSocket.
 *
 * @param one - What decodes it.
 * @param nVolumes - Length of the run.
 * @param intervalMs - Time between volumes.
 * @returns The distribution; the first volume counts as all others.
 * @throws {LimbicError} As `startSession` and `startServer`.
 */
export async function measureRealtime(
  one: RealtimeCase,
  nVolumes: number,
  intervalMs: number,
): Promise<RealtimeMeasurement> {
  const dir = await mkdtemp(join(tmpdir(), 'limbic-realtime-'))
  const watched = join(dir, 'scanner')
  await mkdir(watched)
  await writeRealtimeBundle(join(dir, 'bundle'), one.model)
  const bundle = await readBundle(join(dir, 'bundle'))
  const names = await writeRun(dir, nVolumes, intervalMs / 1000)
  const hub = createSessionHub()
  const server = await startServer({
    hub,
    ...{ host: '127.0.0.1', port: 0, token: undefined, allow: [], selection: undefined },
    ...{ classes: bundle.manifest.classes, className: 'negative', controls },
  })
  const session = await startSession({
    bundle,
    calibration: await readCalibration(bundle, '01'),
    source: watchFolder({ dir: watched }),
    dir: join(dir, 'session'),
    policy: { realign: one.realign ? 'first' : 'none', trSeconds: intervalMs / 1000 },
    onEvent: hub.onEvent,
  })
  hub.attach(session)
  const client = await connect(server.port, nVolumes)
  try {
    const completed = await playRun(dir, watched, names, intervalMs)
    const heard = await client.all
    const { counts, latencyMs } = session.state()
    const latencies = heard.map(({ volume, at }) => at - (completed[volume] ?? NaN))
    return {
      name: one.name,
      nVolumes,
      intervalMs,
      latencyMs: summarizeLatencies(latencies) ?? noLatency,
      sessionMs: latencyMs ?? noLatency,
      targetMs: one.targetMs,
      nWithoutFeedback: nVolumes - counts.feedback,
      residentMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    }
  } finally {
    client.close()
    await session.stop()
    await server.close()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Nobody presses a button. */
const controls = {
  canStart: () => false,
  start: () => undefined,
  stop: () => undefined,
  mark: () => undefined,
}

const noLatency: LatencyStats = { n: 0, p50: NaN, p95: NaN, p99: NaN, max: NaN }

/** Writes the volumes of a run beside the watched folder: making them is the scanner's work, not this machine's. */
async function writeRun(dir: string, nVolumes: number, trSeconds: number): Promise<string[]> {
  const { shape, affine } = realtimeGrid
  const rng = createRng('a run')
  const brain = ellipsoid()
  const names: string[] = []
  for (let t = 0; t < nVolumes; t++) {
    const data = Int16Array.from(brain, (value) => value + 8 * rng.uniform())
    const name = `vol_${String(t).padStart(5, '0')}.nii`
    await writeNifti(join(dir, name), { data, shape: [...shape], affine: [...affine], trSeconds })
    names.push(name)
  }
  return names
}

/** Renames volume after volume into the watched folder; gives the times at which the renames were done. */
async function playRun(
  dir: string,
  watched: string,
  names: readonly string[],
  intervalMs: number,
): Promise<readonly number[]> {
  const completed: number[] = []
  const startedAt = performance.now()
  for (const [t, name] of names.entries()) {
    await sleep(Math.max(0, startedAt + (t + 1) * intervalMs - performance.now()))
    await rename(join(dir, name), join(watched, name))
    completed.push(performance.now())
  }
  return completed
}

/** A brain of 900 to 1100 over a background of 40. */
function ellipsoid(): Float32Array {
  const [nx, ny, nz] = realtimeGrid.shape
  const at = (i: number, n: number): number => (2 * i) / (n - 1) - 1
  return Float32Array.from({ length: nx * ny * nz }, (_, i) => {
    const [x, y, z] = [at(i % nx, nx), at(Math.floor(i / nx) % ny, ny), at(Math.floor(i / (nx * ny)), nz)] // prettier-ignore
    const texture = 100 * Math.sin(9 * x) * Math.cos(7 * y) * Math.sin(5 * z + 1)
    return x * x + y * y + z * z < 0.7 ? 1000 + texture : 40
  })
}

async function connect(port: number, nVolumes: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`)
  const heard: { readonly volume: number; readonly at: number }[] = []
  const all = new Promise<typeof heard>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('message', (bytes: Buffer) => {
      const at = performance.now()
      const event = JSON.parse(bytes.toString()) as SessionEvent
      if (event.type !== 'feedback') return
      if (event.feedback.status === 'feedback') heard.push({ volume: event.volume, at })
      if (event.volume === nVolumes - 1) resolve(heard)
    })
  })
  await new Promise((resolve) => socket.once('open', resolve))
  return { all, close: () => socket.close() }
}
