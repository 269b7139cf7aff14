/** A program that sends images to AFNI -> volumes: limbic listens where AFNI would, and speaks as AFNI does. */
import { createServer, type Server, type Socket } from 'node:net'
import { isLimbicError, LimbicError } from '../../../core/errors/index.ts'
import type { VolumeSource } from '../../volume-source.ts'
import { createArrivalQueue, type ArrivalQueue } from '../arrival-queue.ts'
import { arrivedVolume, problemEvent } from '../arrived-volume.ts'
import { assertPeers, listenAt, mayConnect, type ListenAddress } from '../listening.ts'
import { byteStream, type ByteStream } from './byte-stream.ts'
import { afniControlPort, parseControlString } from './control-string.ts'
import { createVolumeBuilder } from './image-stack.ts'
import { imageBytesOf, parseRunCommands, type AfniRun } from './run-commands.ts'

export interface AfniSourceOptions extends Omit<ListenAddress, 'port'> {
  /** Control port; that of AFNI by default. */
  readonly port?: number
  /** Which of several interleaved runs (echoes) is decoded, 0-based. */
  readonly channel?: number
  /** How long a peer may take for its control string, to open the data channel, and for its commands. */
  readonly handshakeTimeoutMs?: number
  /** How long an image may take that has begun. */
  readonly imageTimeoutMs?: number
}

export interface AfniSource extends VolumeSource {
  readonly port: number
}

/** Begins an image-sized buffer that is no image: the run is over. */
const endMarker = 'Et Earello Endorenna utulien!!'
const maxControlBytes = 1024
const maxCommandBytes = 32 * 1024
const maxWaiting = 4

/**
 * Listens for one run of images, as AFNI's real-time plugin does.
 *
 * @param options - Address, peers, channel and times.
 * @returns The source, listening. It ends when the data channel is closed or the sender says that the run is over.
 * @throws {LimbicError} `RT_PEER_MISSING` when other machines could connect and none is named; `RT_LISTEN_FAILED`.
 * @remarks The protocol numbers nothing: volumes are counted as they come, which TCP keeps in order; a volume that the sender leaves out cannot be
 *   noticed. Nothing is ever run or opened that a peer names, but for the port of the data channel.
 * @see AFNI, README.realtime.
 */
export async function afniSource(options: AfniSourceOptions = {}): Promise<AfniSource> {
  const { host = '127.0.0.1', port = afniControlPort, peers } = options
  assertPeers({ host, port, ...(peers !== undefined && { peers }) })
  const queue = createArrivalQueue()
  const rule: Rule = {
    host,
    peers: peers ?? [],
    channel: options.channel ?? 0,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? 10_000,
    imageTimeoutMs: options.imageTimeoutMs ?? 30_000,
  }
  const open = new Set<Socket | Server>()
  const control = createServer((socket) => void takeControl(socket))
  let isBusy = false

  const takeControl = async (socket: Socket): Promise<void> => {
    const where = nameOf(socket)
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
    try {
      assertMayConnect(socket, rule, isBusy)
      const text = await byteStream(socket).takeUntilZero(maxControlBytes, rule.handshakeTimeoutMs)
      const dataPort = parseControlString(
        new TextDecoder('latin1').decode(text ?? new Uint8Array()),
        where,
      )
      assertMayConnect(socket, rule, isBusy)
      isBusy = true
      // AFNI closes the control channel, and that is the sign to connect to the other one.
      const data = await acceptOne(dataPort, rule, open, () => socket.destroy())
      await takeRun(data, rule, queue)
      queue.push({ type: 'end' })
      queue.end()
    } catch (error) {
      if (!isLimbicError(error)) throw error
      queue.push(problemEvent(error, where))
    } finally {
      isBusy = false
      socket.destroy()
    }
  }

  const listening = await listenAt(control, { host, port })
  return {
    description: `afni ${host}:${listening}`,
    port: listening,
    [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator](),
    async close() {
      for (const one of open) if ('destroy' in one) one.destroy()
      for (const one of open) if ('listen' in one) one.close()
      queue.end()
      await new Promise<void>((resolve) => control.close(() => resolve()))
    },
  }
}

interface Rule {
  readonly host: string
  readonly peers: readonly string[]
  readonly channel: number
  readonly handshakeTimeoutMs: number
  readonly imageTimeoutMs: number
}

function nameOf(socket: Socket): string {
  return `afni ${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`
}

function assertMayConnect(socket: Socket, { peers }: Rule, isBusy: boolean): void {
  const isAllowed = mayConnect(socket.remoteAddress, peers)
  if (isAllowed && !isBusy) return
  throw new LimbicError('RT_PEER_REFUSED', {
    where: nameOf(socket),
    expected: isAllowed ? 'one run at a time' : 'this machine, or one that was named with --peer',
    found: isAllowed ? 'another one' : (socket.remoteAddress ?? 'an unknown address'),
  })
}

/** Opens the data channel for the first peer that may connect. */
async function acceptOne(
  port: number,
  rule: Rule,
  open: Set<Socket | Server>,
  onListening: () => void,
): Promise<Socket> {
  const server = createServer()
  open.add(server)
  try {
    await listenAt(server, { host: rule.host, port })
    onListening()
    return await new Promise<Socket>((resolve, reject) => {
      const timer = setTimeout(() => {
        const expected = `a connection within ${rule.handshakeTimeoutMs} ms`
        const details = { where: `afni data channel ${port}`, expected, found: 'none' }
        reject(new LimbicError('RT_PEER_SLOW', details))
      }, rule.handshakeTimeoutMs)
      server.on('close', () => clearTimeout(timer))
      server.on('connection', (socket) => {
        socket.on('error', () => undefined)
        if (!mayConnect(socket.remoteAddress, rule.peers)) return void socket.destroy()
        clearTimeout(timer)
        open.add(socket)
        socket.on('close', () => open.delete(socket))
        resolve(socket)
      })
    })
  } finally {
    open.delete(server)
    server.close()
  }
}

async function takeRun(socket: Socket, rule: Rule, queue: ArrivalQueue): Promise<void> {
  const where = nameOf(socket)
  const stream = byteStream(socket)
  try {
    const text = await stream.takeUntilZero(maxCommandBytes, rule.handshakeTimeoutMs)
    const run = parseRunCommands(new TextDecoder('latin1').decode(text ?? new Uint8Array()), where)
    await takeImages(stream, run, rule, queue, where)
  } finally {
    socket.destroy()
  }
}

async function takeImages(
  stream: ByteStream,
  run: AfniRun,
  { channel, imageTimeoutMs }: Rule,
  queue: ArrivalQueue,
  where: string,
): Promise<void> {
  const builder = createVolumeBuilder(run, channel)
  const imageBytes = imageBytesOf(run)
  for (let index = 0; ;) {
    // Between images the scanner may rest for as long as it likes.
    const first = await stream.take(1, Infinity)
    if (first.length === 0) break
    const rest = await stream.take(imageBytes - 1, imageTimeoutMs)
    if (rest.length < imageBytes - 1)
      throw new LimbicError('RT_PEER_SLOW', {
        where,
        expected: `images of ${imageBytes} bytes`,
        found: `${rest.length + 1} bytes of volume ${index}`,
      })
    const receivedAtMs = performance.now()
    const image = Buffer.concat([first, rest])
    if (image.toString('latin1', 0, endMarker.length) === endMarker) return
    const data = builder.add(image)
    if (data === null) continue
    await queue.room(maxWaiting)
    const { grid, trSeconds } = run
    const volume = arrivedVolume({
      index,
      grid,
      trSeconds,
      data,
      acquiredAt: null,
      receivedAtMs,
      origin: where,
    })
    queue.push({ type: 'volume', volume })
    index += 1
  }
  if (builder.nSlices > 0)
    throw new LimbicError('RT_PEER_SLOW', {
      where,
      expected: `${run.grid.shape[2]} slices of the last volume`,
      found: `${builder.nSlices}`,
    })
}
