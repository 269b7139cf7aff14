/** Volumes -> frames of limbic's volume format on a connection, one answer awaited for each. */
import { createConnection, type Socket } from 'node:net'
import { LimbicError } from '../../../core/errors/index.ts'
import type { VolumeHeader } from '../../../core/schemas/volume-header.ts'
import { hostIsBigEndian } from '../../../io/endian.ts'
import { encodeFrameHead } from '../../volume-frame.ts'
import { datatypeOfArray, type FrameArray } from './frame-voxels.ts'

export interface VolumeSender {
  /** Sends one volume, and resolves when the receiver has taken it. */
  send(volume: SentVolume): Promise<void>
  close(): Promise<void>
}

/** What is sent; the rest of the header follows from the array. */
export interface SentVolume {
  readonly index: number
  readonly shape: readonly [number, number, number]
  readonly affine: readonly number[]
  readonly trSeconds?: number | null
  readonly acquiredAt?: string | null
  /** SHA-256 of the voxels' bytes, for the receiver to check. */
  readonly sha256?: string
  /** x fastest. */
  readonly data: FrameArray
}

const answerTimeoutMs = 30_000

/**
 * Connects to a receiver of volumes.
 *
 * @param address - Host and port of `limbic realtime --tcp`.
 * @returns The sender.
 * @throws {LimbicError} `RT_SEND_FAILED` when nothing listens there; `send` throws it when a volume was not taken, with what the receiver said.
 */
export async function connectSender(address: {
  readonly host: string
  readonly port: number
}): Promise<VolumeSender> {
  const where = `${address.host}:${address.port}`
  const socket = await connect(address, where)
  const lines = readLines(socket)
  return {
    async send(volume) {
      const bytes = new Uint8Array(
        volume.data.buffer,
        volume.data.byteOffset,
        volume.data.byteLength,
      )
      socket.write(encodeFrameHead(headerOf(volume)))
      socket.write(bytes)
      const line = await lines.next()
      if (line === null || !isYes(line))
        throw new LimbicError('RT_SEND_FAILED', {
          where,
          expected: `an answer that volume ${volume.index} was taken`,
          found: line ?? 'none: the connection was closed',
        })
    },
    close: () =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve()
        socket.once('close', () => resolve())
        socket.end()
        socket.resume()
      }),
  }
}

function headerOf(volume: SentVolume): VolumeHeader {
  return {
    index: volume.index,
    shape: [...volume.shape],
    dtype: datatypeOfArray(volume.data),
    order: hostIsBigEndian ? 'big' : 'little',
    affine: [...volume.affine],
    trSeconds: volume.trSeconds ?? null,
    acquiredAt: volume.acquiredAt ?? null,
    ...(volume.sha256 !== undefined && { sha256: volume.sha256 }),
  }
}

async function connect(
  { host, port }: { readonly host: string; readonly port: number },
  where: string,
): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true })
    const fail = (cause: NodeJS.ErrnoException): void => {
      const found = cause.code ?? cause.message
      const details = { where, expected: 'a receiver that listens', found }
      reject(new LimbicError('RT_SEND_FAILED', details, { cause }))
    }
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

interface Lines {
  /** The next line; null when the connection ended, or was silent for too long. */
  next(): Promise<string | null>
}

function readLines(socket: Socket): Lines {
  const lines: string[] = []
  let rest = ''
  let isClosed = false
  let wake = (): void => undefined
  socket.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('utf8')).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    wake()
  })
  const close = (): void => {
    isClosed = true
    wake()
  }
  socket.on('end', close)
  socket.on('close', close)
  return {
    async next() {
      const end = performance.now() + answerTimeoutMs
      while (lines.length === 0 && !isClosed && performance.now() < end)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, end - performance.now())
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      return lines.shift() ?? null
    },
  }
}

function isYes(line: string): boolean {
  try {
    return (JSON.parse(line) as { ok?: unknown } | null)?.ok === true
  } catch {
    return false
  }
}
