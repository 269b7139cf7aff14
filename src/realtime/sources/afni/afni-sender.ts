/** Volumes -> the images that AFNI's real-time plugin takes: control string, command block, then nothing but voxels. */
import { createConnection, type Socket } from 'node:net'
import { LimbicError } from '../../../core/errors/index.ts'
import type { Grid } from '../../../core/types.ts'
import { hostIsBigEndian } from '../../../io/endian.ts'
import { afniDataPort, formatControlString } from './control-string.ts'
import { formatRunCommands } from './run-commands.ts'

export interface AfniSender {
  /** Sends one volume; there are no numbers and no answers in this protocol. */
  send(data: Int16Array | Float32Array): Promise<void>
  /** Ends the run. */
  close(): Promise<void>
}

export interface AfniSenderOptions {
  readonly host: string
  /** Control port. */
  readonly port: number
  /** Port for the images; that of AFNI's own programs by default. */
  readonly dataPort?: number
  readonly grid: Grid
  readonly trSeconds: number | null
  readonly datum: 'short' | 'float'
}

const attempts = 100
const retryMs = 100

/**
 * Connects to AFNI, or to a program that listens as AFNI does.
 *
 * @param options - Where, and what the volumes are.
 * @returns The sender, after the commands were sent.
 * @throws {LimbicError} `RT_SEND_FAILED` when nothing listens at either port for 10 s.
 */
export async function connectAfni(options: AfniSenderOptions): Promise<AfniSender> {
  const { host, port, dataPort = afniDataPort } = options
  const control = await connectTo(host, port)
  const closed = new Promise<void>((resolve) => control.once('close', () => resolve()))
  control.resume()
  control.write(formatControlString(host, dataPort))
  // The receiver closes the control channel when it listens at the other port.
  await Promise.race([closed, delay(attempts * retryMs)])
  control.destroy()
  const data = await connectTo(host, dataPort)
  data.resume()
  await write(data, formatRunCommands({ ...options, isBigEndian: hostIsBigEndian }))
  return {
    async send(volume) {
      await write(data, new Uint8Array(volume.buffer, volume.byteOffset, volume.byteLength))
    },
    close: () =>
      new Promise((resolve) => {
        if (data.destroyed) return resolve()
        data.once('close', () => resolve())
        data.end()
      }),
  }
}

/** The other side may need a moment before it listens. */
async function connectTo(host: string, port: number): Promise<Socket> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectOnce(host, port)
    } catch (cause) {
      if (attempt === attempts) {
        const found = (cause as NodeJS.ErrnoException).code ?? String(cause)
        const where = `${host}:${port}`
        throw new LimbicError(
          'RT_SEND_FAILED',
          { where, expected: 'AFNI, or a program that listens as it does', found },
          { cause },
        )
      }
      await delay(retryMs)
    }
  }
}

async function connectOnce(host: string, port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

async function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.write(bytes, (cause) => {
      if (cause == null) return resolve()
      const where = `${socket.remoteAddress ?? 'AFNI'}:${socket.remotePort ?? 0}`
      const details = { where, expected: 'a receiver that reads', found: cause.message }
      reject(new LimbicError('RT_SEND_FAILED', details, { cause }))
    })
  })
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
