/** From a complete file in a watched folder to its feedback on a WebSocket: a session in a process of its own, and the latency of its volumes as a distribution. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import type { Feedback } from '../src/core/schemas/feedback.ts'
import type { SessionEvent } from '../src/core/schemas/session-event.ts'
import type { LatencyStats } from '../src/realtime/session-events.ts'
import { summarizeLatencies } from '../src/realtime/session/session-tracker.ts'
import type { RealtimeCase } from './realtime-cases.ts'
import { prepareScan } from './realtime-run.ts'

/** What was measured. */
export interface RealtimeMeasurement {
  readonly name: string
  readonly nVolumes: number
  /** Milliseconds between volumes. */
  readonly intervalMs: number
  /** From the rename that completes the file to the message at the client. */
  readonly latencyMs: LatencyStats
  /** Its parts: to the session and from it to the client; until the volume is read and decoded; until log and raw volume are written. */
  readonly partsMs: Readonly<Record<'outside' | 'decoded' | 'logged', LatencyStats>>
  readonly targetMs: RealtimeCase['targetMs']
  readonly nWithoutFeedback: number
  /** Resident memory of the session's process after each tenth of the run, MiB. */
  readonly residentMb: readonly { readonly volume: number; readonly mb: number }[]
}

/**
 * Plays a run of 64 x 64 x 34 voxels into a watched folder and measures when its feedback comes out of the WebSocket.
 *
 * @param one - What decodes it.
 * @param nVolumes - Length of the run.
 * @param intervalMs - Time between volumes.
 * @returns The distribution; the first volume counts as all others.
 * @throws {Error} With what the session's process said, when it ends.
 */
export async function measureRealtime(
  one: RealtimeCase,
  nVolumes: number,
  intervalMs: number,
): Promise<RealtimeMeasurement> {
  const dir = await mkdtemp(join(tmpdir(), 'limbic-realtime-'))
  const watched = join(dir, 'scanner')
  await mkdir(watched)
  let session: SessionProcess | undefined
  try {
    await runToEnd(startChild('bundle', join(dir, 'bundle'), one.model))
    const scan = await prepareScan(dir, nVolumes, intervalMs / 1000)
    session = await startSession(one, dir, watched, intervalMs)
    const client = await listen(session.port, nVolumes)
    const played = Promise.all([
      scan.play(watched, intervalMs),
      sampleMemory(session, client, nVolumes),
      client.all,
    ])
    const [completed, residentMb] = await Promise.race([played, session.died])
    client.close()
    const given = client.heard.filter(({ feedback }) => feedback.status === 'feedback')
    return {
      ...{ name: one.name, nVolumes, intervalMs, targetMs: one.targetMs, residentMb },
      ...summarize(given, completed),
      nWithoutFeedback: nVolumes - given.length,
    }
  } finally {
    await session?.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

interface Heard {
  readonly feedback: Feedback
  /** `performance.now()` at which the client had the message. */
  readonly at: number
}

function summarize(
  given: readonly Heard[],
  completed: readonly number[],
): Pick<RealtimeMeasurement, 'latencyMs' | 'partsMs'> {
  const stats = (part: (heard: Heard) => number): LatencyStats =>
    summarizeLatencies(given.map(part)) ?? { n: 0, p50: NaN, p95: NaN, p99: NaN, max: NaN }
  const latency = ({ feedback, at }: Heard): number => at - (completed[feedback.volume] ?? NaN)
  const since = (later: number, earlier: number | null): number => later - (earlier ?? NaN)
  return {
    latencyMs: stats(latency),
    partsMs: {
      // The session has a clock of its own, so the ways to it and from it are known in sum only.
      outside: stats((one) => latency(one) - since(one.feedback.marks.sent, one.feedback.marks.received)), // prettier-ignore
      decoded: stats(({ feedback: { marks } }) => since(marks.decoded ?? NaN, marks.received)),
      logged: stats(({ feedback: { marks } }) => since(marks.sent, marks.decoded)),
    },
  }
}

/** A session as a user starts it. */
interface SessionProcess {
  readonly port: number
  residentMb(): Promise<number>
  /** Rejects when it ends before it is stopped. */
  readonly died: Promise<never>
  stop(): Promise<void>
}

async function startSession(
  one: RealtimeCase,
  dir: string,
  watched: string,
  intervalMs: number,
): Promise<SessionProcess> {
  const child = startChild(
    ...['session', join(dir, 'bundle'), '--subject', '01', '--watch', watched],
    ...['--session', join(dir, 'session'), '--port', '0', '--tr', String(intervalMs / 1000)],
    ...['--set', `realign=${one.realign ? 'first' : 'none'}`],
  )
  const died = runToEnd(child).then(() => {
    throw new Error('the session ended before its last volume')
  })
  died.catch(() => undefined)
  const port = await Promise.race([portOf(child), died])
  return {
    port,
    died,
    async residentMb() {
      const answer = once(child, 'message')
      child.send('memory')
      const [bytes] = (await answer) as [number]
      return Math.round(bytes / 2 ** 20)
    },
    async stop() {
      child.kill('SIGINT')
      await died.catch(() => undefined)
    },
  }
}

function startChild(...args: string[]): ChildProcess {
  const script = new URL(`./realtime-child${extname(import.meta.url)}`, import.meta.url)
  return fork(fileURLToPath(script), args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

async function runToEnd(child: ChildProcess): Promise<void> {
  let said = ''
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-2000)
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`a process of the benchmark ended with ${code}\n${said}`)
}

function portOf(child: ChildProcess): Promise<number> {
  let text = ''
  return new Promise((resolve) =>
    child.stdout?.on('data', (chunk: Buffer) => {
      if (text.length < 4096) text += chunk.toString()
      const found = /dashboard.*:(\d+)\//.exec(text)
      if (found !== null) resolve(Number(found[1]))
    }),
  )
}

interface Client {
  readonly heard: readonly Heard[]
  /** When the message of the last volume has come, be it that there is no feedback. */
  readonly all: Promise<void>
  close(): void
}

/** Connects, and waits until the session takes volumes. */
async function listen(port: number, nVolumes: number): Promise<Client> {
  const heard: Heard[] = []
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`)
  const all = new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('message', (bytes: Buffer) => {
      const at = performance.now()
      const event = JSON.parse(bytes.toString()) as SessionEvent
      if (event.type !== 'feedback') return
      heard.push({ feedback: event.feedback, at })
      if (event.volume === nVolumes - 1) resolve()
    })
  })
  await Promise.race([once(socket, 'open'), all])
  for (let status = 'not started'; status === 'not started'; await sleep(50)) {
    const answer = await fetch(`http://127.0.0.1:${port}/session`)
    status = ((await answer.json()) as { status: string }).status
  }
  return { heard, all, close: () => socket.close() }
}

async function sampleMemory(
  session: SessionProcess,
  { heard }: Client,
  nVolumes: number,
): Promise<RealtimeMeasurement['residentMb']> {
  const samples: { volume: number; mb: number }[] = []
  for (let tenth = 1; tenth <= 10; tenth++) {
    const volume = Math.max(1, Math.ceil((tenth * nVolumes) / 10))
    while (heard.length < volume) await sleep(100)
    samples.push({ volume, mb: await session.residentMb() })
  }
  return samples
}
