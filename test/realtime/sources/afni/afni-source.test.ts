import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { connectAfni } from '../../../../src/realtime/sources/afni/afni-sender.ts'
import {
  afniSource,
  type AfniSource,
  type AfniSourceOptions,
} from '../../../../src/realtime/sources/afni/afni-source.ts'
import { listen, pause, type Listener } from '../_events.ts'
import { affine, shape, valuesOf, voxelsOf } from '../_nifti.ts'

const listeners: Listener[] = []

async function start(
  options: AfniSourceOptions = {},
): Promise<{ source: AfniSource; arrivals: Listener }> {
  const source = await afniSource({
    port: 0,
    handshakeTimeoutMs: 400,
    imageTimeoutMs: 300,
    ...options,
  })
  const arrivals = listen(source)
  listeners.push(arrivals)
  return { source, arrivals }
}

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function open(port: number): Promise<Socket> {
  for (let i = 0; ; i++) {
    const socket = connect({ port, host: '127.0.0.1' })
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.on('error', () => undefined)
    if (isOpen || i > 100) return socket
    await pause(20)
  }
}

const closed = (socket: Socket): Promise<unknown> => {
  socket.resume()
  return new Promise((resolve) => socket.once('close', resolve))
}

/** What an image source does, step by step. */
async function handshake(source: AfniSource, commands: string): Promise<Socket> {
  const dataPort = await freePort()
  const control = await open(source.port)
  control.write(`tcp:localhost:${dataPort}\0`)
  await closed(control)
  const data = await open(dataPort)
  data.write(`${commands}\0`)
  return data
}

const [nx, ny, nz] = shape
const slices = `ACQUISITION_TYPE 2D+zt\nXYFOV 24 21 15\nXYMATRIX ${nx} ${ny} ${nz}\nXYZAXES R-L P-A I-S\nXYZFIRST 90R 126P 72I\nBYTEORDER LSB_FIRST\nTR 2`
const bytesOf = (data: Int16Array): Buffer => Buffer.from(data.buffer)
const sliceOf = (index: number, z: number): Buffer =>
  bytesOf(voxelsOf(index).slice(z * nx * ny, (z + 1) * nx * ny))
const order = [0, 2, 4, 1, 3]

describe('images for AFNI', () => {
  it('arrive from a program that sends whole volumes', async () => {
    const { source, arrivals } = await start()
    const sender = await connectAfni({
      host: '127.0.0.1',
      port: source.port,
      dataPort: await freePort(),
      grid: { shape, affine },
      trSeconds: 2,
      datum: 'short',
    })
    for (const index of [0, 1, 2]) await sender.send(voxelsOf(index))
    await sender.close()
    await arrivals.until(() => arrivals.events.at(-1)?.type === 'end')
    expect(arrivals.volumes().map(({ index, data }) => [index, data])).toEqual(
      [0, 1, 2].map((index) => [index, valuesOf(index)]),
    )
    expect(arrivals.volumes()[0]).toMatchObject({
      grid: { shape: [...shape], affine },
      trSeconds: 2,
    })
    expect(arrivals.codes()).toEqual([])
  })

  it('arrive slice by slice in the order of AFNI, in pieces of any size', async () => {
    const { source, arrivals } = await start()
    const data = await handshake(source, slices)
    for (const index of [0, 1])
      for (const z of order) {
        const slice = sliceOf(index, z)
        data.write(slice.subarray(0, 33))
        await pause(2)
        data.write(slice.subarray(33))
      }
    data.end()
    await arrivals.until(() => arrivals.events.length === 3)
    expect(arrivals.volumes().map((volume) => volume.data)).toEqual([valuesOf(0), valuesOf(1)])
    expect(arrivals.volumes()[1]).toMatchObject({ grid: { affine }, trSeconds: 2 })
  })

  it('arrive of one echo among several', async () => {
    const { source, arrivals } = await start({ channel: 1 })
    const data = await handshake(source, `${slices}\nNUM_CHAN 2`)
    for (const z of order) {
      data.write(sliceOf(5, z))
      data.write(sliceOf(6, z))
    }
    data.end()
    await arrivals.until(() => arrivals.events.at(-1)?.type === 'end')
    expect(arrivals.volumes().map((volume) => volume.data)).toEqual([valuesOf(6)])
  })

  it('end where the sender says so in place of an image', async () => {
    const { source, arrivals } = await start()
    const data = await handshake(source, slices)
    for (const z of order) data.write(sliceOf(0, z))
    const marker = Buffer.alloc(nx * ny * 2)
    marker.write('Et Earello Endorenna utulien!!')
    data.write(marker)
    await arrivals.until(() => arrivals.events.at(-1)?.type === 'end')
    expect(arrivals.volumes()).toHaveLength(1)
    data.destroy()
  })

  it('that end in the middle are no volume, and that is said', async () => {
    const { source, arrivals } = await start()
    const data = await handshake(source, slices)
    for (const z of order) data.write(sliceOf(0, z))
    data.write(sliceOf(1, 0))
    data.write(sliceOf(1, 2).subarray(0, 40))
    await arrivals.until(() => arrivals.codes().length === 1)
    expect(arrivals.codes()).toEqual(['RT_PEER_SLOW'])
    expect(arrivals.volumes()).toHaveLength(1)
    data.destroy()
  })
})

describe('a peer that is no image source', () => {
  it.each([
    ['another protocol', 'GET / HTTP/1.1\r\n\r\n\0'],
    ['shared memory', 'shm:grv:50K\0'],
    ['a privileged port', 'tcp:localhost:22\0'],
    ['endless text', 'tcp:'.padEnd(5000, 'x')],
    ['nothing', ''],
  ])('%s is refused, and the next one is heard', async (_, text) => {
    const { source, arrivals } = await start()
    const bad = await open(source.port)
    bad.write(text)
    await closed(bad)
    expect(arrivals.codes()).toEqual(['RT_AFNI_INVALID'])
    const data = await handshake(source, slices)
    for (const z of order) data.write(sliceOf(0, z))
    data.end()
    await arrivals.until(() => arrivals.volumes().length === 1)
  })

  it('that never opens its data channel, or sends no commands, is given up', async () => {
    const { source, arrivals } = await start()
    const control = await open(source.port)
    control.write(`tcp:localhost:${await freePort()}\0`)
    await closed(control)
    await arrivals.until(() => arrivals.codes().length === 1)
    const data = await handshake(source, 'XYMATRIX 64 64')
    await arrivals.until(() => arrivals.codes().length === 2)
    expect(arrivals.codes()).toEqual(['RT_PEER_SLOW', 'RT_AFNI_INVALID'])
    data.destroy()
  })

  it('from another machine is not heard unless it is named', async () => {
    await expect(afniSource({ host: '0.0.0.0', port: 0 })).rejects.toMatchObject({
      code: 'RT_PEER_MISSING',
    })
  })
})
