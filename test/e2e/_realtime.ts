/** A real server and a simulated scanner, both started as a user would, and what the session's log says afterwards. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect } from 'vitest'
import {
  sessionEventSchema,
  type EventOf,
  type SessionEvent,
  type SessionEventType,
} from '../../src/core/schemas/session-event.ts'
import { writeNifti } from '../../src/io/nifti/index.ts'
import { readVolumeFile } from '../../src/realtime/session/volume-file.ts'
import { sha256 } from '../../src/io/artifacts.ts'
import type { SessionBench } from '../realtime/_session.ts'
import { limbic } from './_cli.ts'

const launcher = fileURLToPath(new URL('../../src/cli/launch.mjs', import.meta.url))

/**
 * Long against what a busy machine needs, short for a test: volumes come four times a second, may wait for a whole one, and none gives way to a
 * fresher one.
 */
export const trSeconds = 0.25
export const patientPolicy = [
  ...['--tr', `${trSeconds}`],
  ...['maxWaitMs=1000', 'maxParked=8', 'maxBacklog=100'].flatMap((text) => ['--set', text]),
]

export interface Server {
  readonly child: ChildProcess
  readonly text: () => string
  readonly base: string
  readonly watched: string
  readonly session: string
  readonly ended: Promise<number | null>
  /** The log so far. */
  readonly log: () => Log
  /** Waits until the log says so. */
  readonly until: (condition: (log: Log) => boolean) => Promise<void>
  /** Ctrl-C, and the exit code. */
  readonly stop: () => Promise<number | null>
}

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Starts `limbic realtime` on a folder and waits for its dashboard. */
export async function startServer(
  bench: SessionBench,
  name: string,
  options: readonly string[] = [],
  {
    env = {},
    session = join(bench.dir, `${name}-session`),
    maxFileKib,
  }: {
    readonly env?: NodeJS.ProcessEnv
    readonly session?: string
    /** No file may grow beyond; what a full disk is to whoever must not mount a small one. */
    readonly maxFileKib?: number | undefined
  } = {},
): Promise<Server> {
  const watched = join(bench.dir, name)
  mkdirSync(watched, { recursive: true })
  const [command = '', ...args] =
    maxFileKib === undefined ? [process.execPath, launcher] : limited(maxFileKib)
  const child = spawn(
    command,
    [
      ...args,
      ...['realtime', bench.bundle.dir, '--subject', '01', '--watch', watched],
      ...['--session', session, '--port', '0', '--quiet', '50', '--poll', '50', ...options],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  )
  children.push(child)
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const url = /dashboard {2}(http:\/\/[\d.:]+)\//
  await patiently(
    () => url.test(text) || child.exitCode !== null,
    () => text,
  )
  const log = (): Log => readLog(session)
  return {
    ...{ child, watched, session, ended, log },
    text: () => text,
    base: url.exec(text)?.[1] ?? '',
    until: (condition) =>
      patiently(
        () => {
          const holds = existsSync(join(session, 'session.ndjson')) && condition(log())
          if (!holds && child.exitCode !== null) throw new Error(`the server ended:\n${text}`)
          return holds
        },
        () => text,
      ),
    stop: () => {
      child.kill('SIGINT')
      return ended
    },
  }
}

/** Without the trap the kernel would end the process instead of failing its write; the launcher is left out, since it may have to compile. */
function limited(maxFileKib: number): readonly string[] {
  const main = new URL('../../dist/src/cli/main.js', import.meta.url).href
  const program = `import('${main}').then(async ({ main }) => (process.exitCode = await main(process.argv.slice(1))))`
  const shell = `trap '' XFSZ; ulimit -f ${maxFileKib}; exec "$0" "$@"`
  return ['bash', '-c', shell, process.execPath, '-e', program, '--']
}

async function patiently(condition: () => boolean, describe: () => string): Promise<void> {
  const end = performance.now() + 60_000
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain; the server said:\n${describe()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The first volumes of the bench's run as an image. */
export async function writeRun(bench: SessionBench, nVolumes: number): Promise<string> {
  const { grid } = bench.run[0]!
  const nVoxels = grid.shape[0] * grid.shape[1] * grid.shape[2]
  const data = new Float32Array(nVolumes * nVoxels)
  for (let i = 0; i < nVolumes; i++) data.set(bench.run[i]!.data, i * nVoxels)
  const file = join(bench.dir, `run-${nVolumes}.nii`)
  await writeNifti(file, {
    ...{ data, affine: grid.affine, trSeconds },
    shape: [...grid.shape, nVolumes],
  })
  return file
}

/** Plays an image with `limbic scanner`. */
export async function scan(
  image: string,
  { watched }: Pick<Server, 'watched'>,
  ...faults: readonly string[]
): Promise<void> {
  const result = await limbic('scanner', image, '--folder', watched, '--tr', `${trSeconds}`, ...faults) // prettier-ignore
  expect([result.code, result.stdout]).toEqual([0, expect.stringContaining('volumes sent')])
}

export interface Log {
  readonly events: readonly SessionEvent[]
  readonly of: <T extends SessionEventType>(type: T) => readonly EventOf<T>[]
  /** Indices of the volumes of these events, in order. */
  readonly volumes: (type: SessionEventType) => readonly number[]
  readonly fedBack: () => readonly number[]
}

/** Every whole line of a log, each of them what it should be. */
export function readLog(session: string): Log {
  const text = readFileSync(join(session, 'session.ndjson'), 'utf8')
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').slice(0, -1) // prettier-ignore
  const events = lines.map((line) => sessionEventSchema.parse(JSON.parse(line)))
  const of: Log['of'] = (type) =>
    events.filter((event): event is EventOf<typeof type> => event.type === type)
  const volumes: Log['volumes'] = (type) =>
    of(type).flatMap((event) => ('volume' in event && event.volume !== null ? [event.volume] : []))
  const fedBack = (): readonly number[] =>
    of('feedback').flatMap(({ feedback, volume }) =>
      feedback.status === 'feedback' ? [volume] : [],
    )
  return { events, of, volumes, fedBack }
}

export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
export const without = (n: number, missing: readonly number[]): number[] =>
  upTo(n).filter((i) => !missing.includes(i))

/**
 * What must hold whatever went wrong: each volume has one message, in order; probabilities only for volumes that arrived in time; all raw volumes
 * are there with the hashes of the log; and all of it comes out again to the last byte.
 */
export async function expectSound(session: string, nVolumes: number): Promise<void> {
  const log = readLog(session)
  expect(log.volumes('feedback')).toEqual(upTo(nVolumes))
  const received = new Set(log.volumes('volume.received'))
  for (const { volume, feedback } of log.of('feedback'))
    if (feedback.status === 'feedback') {
      expect(received).toContain(volume)
      const sum = Object.values(feedback.probabilities ?? {}).reduce((total, p) => total + p, 0)
      expect(sum).toBeCloseTo(1, 5)
    } else expect([feedback.probabilities, feedback.smoothed, feedback.predicted]).toEqual([null, null, null]) // prettier-ignore
  for (const event of [...log.of('volume.received'), ...log.of('volume.late')]) {
    const { data, index } = await readVolumeFile(join(session, event.file))
    expect(index).toBe(event.volume)
    expect(sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))).toBe(event.sha256)
  }
  const replayed = await limbic('replay', session)
  expect(replayed.stdout).toContain(`${nVolumes} messages are the same to the last byte`)
  expect(replayed.code).toBe(0)
}
