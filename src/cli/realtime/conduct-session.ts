/** A source, a decoder and options -> a session that is shown, sent out, and ended by its source, the operator or Ctrl-C. */
import { basename } from 'node:path'
import type { SessionPolicy } from '../../core/schemas/session.ts'
import { readSession } from '../../realtime/session/read-session.ts'
import { startSession } from '../../realtime/session.ts'
import type { Session, SessionOptions, SessionSummary } from '../../realtime/session-events.ts'
import {
  createSessionHub,
  imageOfDecoder,
  startServer,
  type Output,
  type SessionControls,
  type SessionHub,
} from '../../serve/index.ts'
import { listenForInterrupt } from './interrupt.ts'
import { openOutputs, type OutputOptions } from './outputs.ts'

export interface ConductOptions extends OutputOptions {
  readonly host: string
  readonly port: number
  readonly token?: string
  readonly allow: readonly string[]
  readonly hold: boolean
  readonly resume: boolean
}

export interface Conducted extends Pick<
  SessionOptions,
  'bundle' | 'calibration' | 'reference' | 'source' | 'dir'
> {
  readonly policy: SessionPolicy
  readonly className: string
  /** Told where things are, once they are there. */
  readonly announce: (line: string) => void
  /** Hears every event. */
  readonly onEvent: (hub: SessionHub) => void
}

/**
 * Runs a session to its end.
 *
 * @param conducted - What is decoded, and who is told.
 * @param options - Server, outputs, whether to wait for the start button.
 * @returns The summary; undefined when it was ended before it was started.
 * @throws {LimbicError} As `startServer`, the outputs and `startSession`.
 */
export async function conductSession(
  conducted: Conducted,
  options: ConductOptions,
): Promise<SessionSummary | undefined> {
  const { bundle, calibration, source, dir, className, announce } = conducted
  const hub = createSessionHub()
  // What happened before the session was interrupted belongs on the pages too.
  if (options.resume) for (const event of (await readSession(dir)).events) hub.onEvent(event)
  conducted.onEvent(hub)
  const baton = createBaton(options.hold)
  const { classes } = bundle.manifest
  const server = await startServer({
    ...{ hub, className, classes, controls: baton.controls },
    ...{ host: options.host, port: options.port, allow: options.allow, token: options.token },
    selection: imageOfDecoder(bundle, calibration),
  })
  const interrupt = listenForInterrupt(() => baton.controls.stop())
  let outputs: readonly Output[] = []
  try {
    outputs = await openOutputs(hub, options, { classes, className }, server.refuse)
    announce(`${basename(dir)}: ${source.description}`)
    announce(`dashboard  ${server.url}`)
    announce(`feedback   probability of ${className}, where there is room for one number`)
    for (const { description } of outputs) announce(`output     ${description}`)
    if (options.hold) announce('waiting for Start on the dashboard')
    if (!(await baton.started)) return undefined
    const { policy, resume, reference } = { ...conducted, resume: options.resume }
    const session = await startSession({
      ...{ bundle, calibration, source, dir, policy, resume, onEvent: hub.onEvent },
      ...(reference === undefined ? {} : { reference }),
    })
    hub.attach(session)
    baton.hand(session)
    return await session.done
  } finally {
    interrupt.ignore()
    await source.close()
    await Promise.all(outputs.map((output) => output.close()))
    await server.close()
  }
}

/** Start and stop may be asked for before there is a session. */
function createBaton(hold: boolean): {
  readonly controls: SessionControls
  /** False when it was stopped first. */
  readonly started: Promise<boolean>
  readonly hand: (session: Session) => void
} {
  let waiting = hold
  let isStopped = false
  let current: Session | undefined
  let resolve: (started: boolean) => void = () => undefined
  const started = new Promise<boolean>((done) => (resolve = done))
  if (!hold) resolve(true)
  return {
    started,
    hand: (session) => {
      current = session
      if (isStopped) void session.stop()
    },
    controls: {
      canStart: () => waiting,
      start: () => {
        waiting = false
        resolve(true)
      },
      stop: () => {
        isStopped = true
        waiting = false
        resolve(false)
        void current?.stop()
      },
      mark: (text) => current?.mark(text),
    },
  }
}
