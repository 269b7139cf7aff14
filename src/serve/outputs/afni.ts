/** Feedback -> the stream that AFNI sends to a stimulus program after each volume: motion, and one number per class in the place of ROI means. */
import { connect, type Socket } from 'node:net'
import type { Feedback } from '../../core/schemas/feedback.ts'
import {
  encodeGoodbye,
  encodeHello,
  encodeMessage,
  type StimulusExtras,
  type StimulusMessage,
} from './afni-stimulus.ts'
import type { SessionHub } from '../hub.ts'
import type { Output } from './output.ts'

export { afniStimulusPort } from './afni-stimulus.ts'

export interface AfniOutputOptions {
  readonly host: string
  readonly port: number
  readonly classes: readonly string[]
  /** How long is waited before a lost or refused connection is tried again. */
  readonly retryMs?: number
}

/** A program that is so far behind is passed over. */
const maxWaitingBytes = 64 * 1024
const transport = 'afni-out'

/**
 * Starts sending. A volume without feedback sends nothing; a program that is not there yet is tried again and again.
 *
 * @param hub - The session's hub.
 * @param options - Where the program listens, and the classes in the order in which they are sent.
 * @returns The output; closing it says goodbye.
 * @throws Never.
 */
export function openAfniOutput(hub: SessionHub, options: AfniOutputOptions): Output {
  const { host, port, classes, retryMs = 1000 } = options
  const extras: StimulusExtras = { version: 1, count: classes.length }
  const client = `${host}:${port}`
  let socket: Socket | undefined
  let isClosed = false
  let retry: NodeJS.Timeout | undefined
  const open = (): void => {
    const opening = connect({ host, port })
    opening.setNoDelay(true)
    opening.resume() // programs have nothing to say
    opening.once('connect', () => {
      socket = opening
      opening.write(encodeHello(extras))
      hub.report({ type: 'client.connected', client, transport, address: host })
    })
    opening.on('error', () => undefined)
    opening.once('close', () => {
      if (socket === opening) {
        socket = undefined
        hub.report({ type: 'client.disconnected', client, transport, reason: 'left' })
      }
      if (!isClosed) retry = setTimeout(open, retryMs)
    })
  }
  open()
  const unsubscribe = hub.subscribe((event) => {
    if (event.type !== 'feedback' || socket === undefined) return
    const message = stimulusMessageOf(event.feedback, classes)
    if (message !== undefined && socket.writableLength <= maxWaitingBytes)
      socket.write(encodeMessage(message))
  })
  return {
    description: `AFNI's stimulus stream to tcp ${client} (${classes.join(', ')})`,
    close: () => {
      isClosed = true
      clearTimeout(retry)
      unsubscribe()
      const last = socket
      if (last === undefined) return Promise.resolve()
      return new Promise((resolve) => {
        last.once('close', () => resolve())
        last.end(encodeGoodbye())
        // Whoever does not hang up is hung up on.
        setTimeout(() => last.destroy(), 500).unref()
      })
    },
  }
}

/**
 * What is sent for one volume.
 *
 * @param feedback - Its message.
 * @param classes - Classes in the order in which they are sent.
 * @returns Motion in AFNI's order (dx, dy, dz, roll, pitch, yaw: about z, x and y) and the smoothed probabilities; undefined without feedback. Motion is
 *   NaN in a session that does not realign.
 * @throws Never.
 */
export function stimulusMessageOf(
  { smoothed, motion }: Feedback,
  classes: readonly string[],
): StimulusMessage | undefined {
  if (smoothed === null) return undefined
  const [pitch, yaw, roll] = motion?.rotationDeg ?? [NaN, NaN, NaN]
  return {
    motion: [...(motion?.translationMm ?? [NaN, NaN, NaN]), roll, pitch, yaw],
    extras: classes.map((name) => smoothed[name] ?? NaN),
  }
}
