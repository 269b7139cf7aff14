/** Frames of limbic's volume format that senders write to a port -> volumes; each frame is answered with one line of JSON. */
import { createServer, type Socket } from 'node:net'
import { isLimbicError, LimbicError } from '../../../core/errors/index.ts'
import type { VolumeSource } from '../../volume-source.ts'
import { createArrivalQueue, type ArrivalQueue } from '../arrival-queue.ts'
import { arrivedVolume, problemEvent } from '../arrived-volume.ts'
import { assertPeers, listenAt, mayConnect, type ListenAddress } from '../listening.ts'
import { createFrameReader, type FrameReader, type VolumeFrame } from './frame-reader.ts'
import { voxelsOfFrame } from './frame-voxels.ts'

export interface TcpSourceOptions extends ListenAddress {
  /** How long a sender may take from the first to the last byte of a frame, and to begin the first one. */
  readonly frameTimeoutMs?: number
  /** Senders at the same time; more are turned away. */
  readonly maxConnections?: number
}

export interface TcpSource extends VolumeSource {
  readonly port: number
}

/** Volumes that may wait for the session before senders are held. */
const maxWaiting = 4

/**
 * Listens for volumes.
 *
 * @param options - Address, peers and limits: 10 s for a frame and 8 senders by default.
 * @returns The source, listening. What is no frame is refused: its sender gets a line that says why, and is disconnected; others do not notice.
 * @throws {LimbicError} `RT_PEER_MISSING` when other machines could connect and none is named; `RT_LISTEN_FAILED`.
 * @remarks An answer is `{"ok":true,"index":3}` or `{"ok":false,"code":"...","message":"..."}`. Memory: one frame for each sender, four volumes.
 */
export async function tcpSource(options: TcpSourceOptions): Promise<TcpSource> {
  assertPeers(options)
  const { host = '127.0.0.1', peers, frameTimeoutMs = 10_000, maxConnections = 8 } = options
  const queue = createArrivalQueue()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const where = `tcp ${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`
    const refusal = refusalOf(socket, where, peers, sockets.size >= maxConnections)
    if (refusal !== null) return refuse(socket, queue, refusal, where)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, queue, where, frameTimeoutMs)
  })
  const port = await listenAt(server, options)
  return {
    description: `tcp ${host}:${port}`,
    port,
    [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator](),
    async close() {
      for (const socket of sockets) socket.destroy()
      queue.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function refusalOf(
  { remoteAddress }: Socket,
  where: string,
  peers: readonly string[] | undefined,
  isFull: boolean,
): LimbicError | null {
  if (!mayConnect(remoteAddress, peers))
    return new LimbicError('RT_PEER_REFUSED', {
      where,
      expected: 'this machine, or one that was named with --peer',
      found: remoteAddress ?? 'an unknown address',
    })
  if (!isFull) return null
  return new LimbicError('RT_PEER_REFUSED', {
    where,
    expected: 'few senders at the same time',
    found: 'one more',
  })
}

/** Reads one sender to its end. */
function serve(socket: Socket, queue: ArrivalQueue, where: string, timeoutMs: number): void {
  const reader = createFrameReader(where)
  let timer = setTimeout(giveUp, timeoutMs)
  let isDone = false
  const finish = (error?: LimbicError): void => {
    clearTimeout(timer)
    if (isDone) return
    isDone = true
    if (error !== undefined) refuse(socket, queue, error, where)
  }
  function giveUp(): void {
    finish(slowSender(reader, where, timeoutMs))
  }
  const take = async (chunk: Uint8Array): Promise<void> => {
    const wasInFrame = reader.isInFrame
    const frames = reader.push(chunk)
    for (const frame of frames) await deliver(frame, queue, socket, where)
    const hasBegun = reader.isInFrame && (!wasInFrame || frames.length > 0)
    if (frames.length > 0 || hasBegun) clearTimeout(timer)
    if (hasBegun) timer = setTimeout(giveUp, timeoutMs)
  }
  socket.on('data', (chunk: Buffer) => {
    // Nothing is read while a volume waits for the session, so that memory stays bounded.
    socket.pause()
    take(chunk).then(
      () => socket.resume(),
      (error: unknown) => finish(asLimbicError(error, where)),
    )
  })
  socket.on('end', () => {
    finish(reader.isInFrame ? slowSender(reader, where, 0) : undefined)
    socket.end()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => finish(reader.isInFrame ? slowSender(reader, where, 0) : undefined))
}

async function deliver(
  frame: VolumeFrame,
  queue: ArrivalQueue,
  socket: Socket,
  where: string,
): Promise<void> {
  const receivedAtMs = performance.now()
  const { index, shape, affine, trSeconds, acquiredAt } = frame.header
  const data = voxelsOfFrame(frame)
  await queue.room(maxWaiting)
  const volume = arrivedVolume({
    index,
    grid: { shape, affine },
    trSeconds,
    data,
    acquiredAt,
    receivedAtMs,
    origin: where,
  })
  queue.push({ type: 'volume', volume })
  if (socket.writable) socket.write(`${JSON.stringify({ ok: true, index })}\n`)
}

function refuse(socket: Socket, queue: ArrivalQueue, error: LimbicError, where: string): void {
  queue.push(problemEvent(error, where))
  const { code, message } = error
  socket.on('error', () => undefined)
  socket.end(`${JSON.stringify({ ok: false, code, message })}\n`, () => socket.destroySoon())
  // Whoever goes on sending is not read.
  socket.removeAllListeners('data')
  socket.resume()
  setTimeout(() => socket.destroy(), lastWordsMs).unref()
}

/** Time for the answer to arrive before the connection is cut. */
const lastWordsMs = 500

function slowSender(reader: FrameReader, where: string, afterMs: number): LimbicError {
  const found = reader.isInFrame ? reader.progress : 'nothing'
  return new LimbicError('RT_PEER_SLOW', {
    where,
    expected: afterMs === 0 ? 'whole frames' : `a whole frame within ${afterMs} ms`,
    found,
  })
}

function asLimbicError(error: unknown, where: string): LimbicError {
  if (isLimbicError(error)) return error
  const found = error instanceof Error ? error.message : String(error)
  return new LimbicError('RT_FRAME_INVALID', { where, expected: 'a frame', found })
}
