/** A server over a fake session, and what clients need to reach it. */
import { connect, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import { WebSocket } from 'ws'
import { startServer, type DashboardServer, type ServerOptions } from '../../src/serve/index.ts'
import { imageOfVoxels } from '../../src/serve/volume-image.ts'
import { classes, createFakeSession, sampleVolume, type FakeSession } from './_fake-session.ts'

export interface Served extends FakeSession {
  readonly server: DashboardServer
  /** As `http://127.0.0.1:1234`. */
  readonly base: string
}

const closers: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Closes something after the test. */
export function closeLater(close: () => Promise<void> | void): void {
  closers.push(close)
}

export async function serve(options: Partial<ServerOptions> = {}): Promise<Served> {
  const fake = createFakeSession()
  const server = await startServer({
    hub: fake.hub,
    host: '127.0.0.1',
    port: 0,
    token: undefined,
    allow: [],
    className: 'negative',
    classes,
    selection: {
      ...imageOfVoxels(sampleVolume(0).grid, [100, 101, 102, 140]),
      meaning: 'voxels of the decoder',
    },
    controls: {
      canStart: () => false,
      start: () => undefined,
      stop: () => void fake.session.stop(),
      mark: (text) => fake.session.mark(text),
    },
    ...options,
  })
  closers.push(() => server.close())
  return { ...fake, server, base: `http://127.0.0.1:${server.port}` }
}

/** A WebSocket client and the texts that it has got. */
export async function openSocket(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ socket: WebSocket; texts: string[] }> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers })
  const texts: string[] = []
  socket.on('message', (data: Buffer) => texts.push(data.toString()))
  closers.push(() => socket.terminate())
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  return { socket, texts }
}

/** A TCP connection that sends bytes and gathers what comes back until the other side closes. */
export async function exchange(
  port: number,
  bytes: string | Uint8Array,
  { patienceMs = 20_000 } = {},
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  return new Promise((resolve) => {
    const finish = (): void => {
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('latin1'))
    }
    socket.setTimeout(patienceMs, finish)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', finish)
    socket.on('close', finish)
    socket.on('connect', () => socket.write(bytes))
  })
}

/** A TCP connection that never reads. */
export async function openSilentSocket(port: number, first: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  closers.push(() => void socket.destroy())
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  socket.pause()
  socket.write(first)
  return socket
}

/** Waits until something holds. */
export async function until(holds: () => boolean, patienceMs = 10_000): Promise<void> {
  const end = performance.now() + patienceMs
  while (!holds()) {
    if (performance.now() > end) throw new Error(`still not so: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
