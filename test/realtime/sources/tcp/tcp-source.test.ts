import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeFrameHead } from '../../../../src/realtime/volume-frame.ts'
import { connectSender } from '../../../../src/realtime/sources/tcp/tcp-client.ts'
import {
  tcpSource,
  type TcpSource,
  type TcpSourceOptions,
} from '../../../../src/realtime/sources/tcp/tcp-source.ts'
import { listen, pause, type Listener } from '../_events.ts'
import { affine, shape, valuesOf, voxelsOf } from '../_nifti.ts'

const listeners: Listener[] = []

async function start(
  options: Partial<TcpSourceOptions> = {},
): Promise<{ source: TcpSource; arrivals: Listener }> {
  const source = await tcpSource({ port: 0, frameTimeoutMs: 300, ...options })
  const arrivals = listen(source)
  listeners.push(arrivals)
  return { source, arrivals }
}

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

const send = (port: number) => connectSender({ host: '127.0.0.1', port })
const volume = (index: number) => ({ index, shape, affine, trSeconds: 2, data: voxelsOf(index) })

const hashOf = (index: number): string =>
  createHash('sha256')
    .update(new Uint8Array(voxelsOf(index).buffer))
    .digest('hex')

/** Writes bytes and gives what is answered until the connection is closed. */
async function talk(port: number, bytes: Uint8Array, ends = true): Promise<string> {
  const socket: Socket = connect({ port, host: '127.0.0.1' })
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  socket.on('error', () => undefined)
  socket.write(bytes)
  if (ends) socket.end()
  await new Promise((resolve) => socket.on('close', resolve))
  return answer
}

function frame(index: number, change: Record<string, unknown> = {}): Buffer {
  const header = {
    index,
    shape: [...shape] as [number, number, number],
    dtype: 'int16' as const,
    order: 'little' as const,
    affine,
    trSeconds: 2,
    acquiredAt: null,
    ...change,
  }
  const data = voxelsOf(index)
  return Buffer.concat([encodeFrameHead(header), new Uint8Array(data.buffer)])
}

describe('volumes over tcp', () => {
  it('arrive as they were sent, several on one connection, and are answered', async () => {
    const { source, arrivals } = await start()
    const sender = await send(source.port)
    for (const index of [0, 2, 1]) await sender.send(volume(index))
    await sender.close()
    await arrivals.until(() => arrivals.volumes().length === 3)
    expect(arrivals.volumes().map(({ index, data }) => [index, data])).toEqual([
      [0, valuesOf(0)],
      [2, valuesOf(2)],
      [1, valuesOf(1)],
    ])
    expect(arrivals.volumes()[0]).toMatchObject({
      grid: { shape: [...shape], affine },
      trSeconds: 2,
      acquiredAt: null,
    })
    expect(arrivals.volumes()[0]?.origin).toMatch(/^tcp 127\.0\.0\.1:\d+$/)
    expect(arrivals.codes()).toEqual([])
  })

  it('may be of any type and byte order', async () => {
    const { source, arrivals } = await start()
    const sender = await send(source.port)
    const values = [1, 2, 300, 4]
    const small = { shape: [2, 2, 1] as [number, number, number], affine }
    const arrays = [
      Uint16Array.from(values),
      Int32Array.from(values),
      Float32Array.from(values),
      Float64Array.from(values),
    ]
    for (const [index, data] of arrays.entries()) await sender.send({ ...small, index, data })
    await sender.close()
    const big = Buffer.alloc(8)
    values.forEach((value, i) => big.writeInt16BE(value, 2 * i))
    const header = { index: 4, dtype: 'int16', order: 'big', ...small } as const
    const head = encodeFrameHead({
      ...header,
      affine: [...affine],
      trSeconds: null,
      acquiredAt: null,
    })
    expect(await talk(source.port, Buffer.concat([head, big]))).toBe('{"ok":true,"index":4}\n')
    await arrivals.until(() => arrivals.volumes().length === 5)
    for (const { data } of arrivals.volumes()) expect([...data]).toEqual(values)
  })

  it('are checked against their hash when it is given', async () => {
    const { source, arrivals } = await start()
    const sha256 = hashOf(1)
    expect(await talk(source.port, frame(1, { sha256 }))).toContain('"ok":true')
    expect(await talk(source.port, frame(2, { sha256 }))).toContain('RT_FRAME_INVALID')
    await arrivals.until(() => arrivals.events.length === 2)
    expect(arrivals.volumes().map(({ index }) => index)).toEqual([1])
  })

  it('are told whoever does not take them', async () => {
    const { source, arrivals } = await start()
    const sender = await send(source.port)
    const singular = { ...volume(0), affine: new Array<number>(16).fill(0) }
    await expect(sender.send(singular)).rejects.toMatchObject({ code: 'RT_SEND_FAILED' })
    await sender.close()
    expect(arrivals.volumes()).toEqual([])
    await arrivals.close()
    await expect(send(source.port)).rejects.toMatchObject({ code: 'RT_SEND_FAILED' })
  })
})

describe('what is no volume', () => {
  const header = (text: string, bodyBytes = 4): Buffer => {
    const json = Buffer.from(text)
    const prefix = Buffer.from('FMV1\0\0\0\0\0\0\0\0', 'latin1')
    prefix.writeUInt32LE(json.length, 4)
    prefix.writeUInt32LE(bodyBytes, 8)
    return Buffer.concat([prefix, json])
  }
  const lengths = (headerBytes: number, bodyBytes: number): Buffer => {
    const prefix = Buffer.from('FMV1\0\0\0\0\0\0\0\0', 'latin1')
    prefix.writeUInt32LE(headerBytes, 4)
    prefix.writeUInt32LE(bodyBytes, 8)
    return prefix
  }

  it.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['one wrong byte', Buffer.from('F')],
    ['a header of 10 MB', lengths(10 << 20, 4)],
    ['a body of 4 GB', lengths(100, 0xffffffff)],
    ['an empty header', lengths(0, 4)],
    ['a header that is no JSON', header('{"index": 0')],
    ['a header that lacks fields', header('{"index": 0}')],
    ['a negative index', Buffer.concat([frame(0, { index: -1 })])],
    ['an unknown field', frame(0, { path: '../../etc/passwd' })],
    [
      'a shape that the body does not have',
      header(JSON.stringify({ index: 0, shape: [8, 7, 6], dtype: 'int16', affine }), 560),
    ],
    [
      'a huge shape',
      header(JSON.stringify({ index: 0, shape: [1e6, 1e6, 1e6], dtype: 'int16', affine })),
    ],
  ])('%s is refused with a reason, and the connection closed', async (_, bytes) => {
    const { source, arrivals } = await start()
    const isWhole = bytes.length > 1
    const answer = await talk(source.port, bytes, !isWhole)
    await arrivals.until(() => arrivals.codes().length === 1)
    if (isWhole) {
      expect(arrivals.codes()).toEqual(['RT_FRAME_INVALID'])
      expect(JSON.parse(answer)).toMatchObject({ ok: false, code: 'RT_FRAME_INVALID' })
    } else expect(arrivals.codes()).toEqual(['RT_PEER_SLOW'])
    expect(arrivals.volumes()).toEqual([])
  })

  it('does not disturb other senders', async () => {
    const { source, arrivals } = await start()
    const sender = await send(source.port)
    await sender.send(volume(0))
    await talk(source.port, Buffer.from('garbage'), false)
    await sender.send(volume(1))
    await sender.close()
    await arrivals.until(() => arrivals.events.length === 3)
    expect(arrivals.volumes()).toHaveLength(2)
  })

  it('ends senders that drip, that fall silent, and that hang up in the middle', async () => {
    const { source, arrivals } = await start()
    const bytes = frame(0)
    const dripping = connect({ port: source.port, host: '127.0.0.1' })
    let isOpen = true
    dripping.on('error', () => undefined)
    dripping.on('close', () => (isOpen = false))
    for (let i = 0; isOpen && i < 200; i++) {
      dripping.write(bytes.subarray(i, i + 1))
      await pause(5)
    }
    expect(isOpen).toBe(false)
    const silent = talk(source.port, bytes.subarray(0, 50), false)
    expect(await silent).toContain('RT_PEER_SLOW')
    const mute = talk(source.port, new Uint8Array(0), false)
    expect(await mute).toContain('RT_PEER_SLOW')
    await talk(source.port, bytes.subarray(0, 50))
    await arrivals.until(() => arrivals.codes().length === 4)
    expect(new Set(arrivals.codes())).toEqual(new Set(['RT_PEER_SLOW']))
    expect(arrivals.volumes()).toEqual([])
  })

  it('turns more senders away than it can serve', async () => {
    const { source, arrivals } = await start({ maxConnections: 2, frameTimeoutMs: 5000 })
    const first = await send(source.port)
    const second = await send(source.port)
    await first.send(volume(0))
    await second.send(volume(1))
    expect(await talk(source.port, frame(2), false)).toContain('RT_PEER_REFUSED')
    await first.close()
    await second.close()
    expect(arrivals.volumes()).toHaveLength(2)
  })

  it('needs the names of machines when others can connect', async () => {
    await expect(tcpSource({ port: 0, host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'RT_PEER_MISSING',
    })
    const { source } = await start({ host: '0.0.0.0', peers: ['10.1.2.3'] })
    const sender = await send(source.port)
    await sender.send(volume(0))
    await sender.close()
    await expect(tcpSource({ port: source.port })).rejects.toMatchObject({
      code: 'RT_LISTEN_FAILED',
    })
  })
})

describe('random bytes', () => {
  const piece = fc.oneof(
    fc.record({ kind: fc.constant('frame' as const), index: fc.nat({ max: 50 }) }),
    fc.record({
      kind: fc.constant('damaged' as const),
      index: fc.nat({ max: 50 }),
      at: fc.nat({ max: 400 }),
      byte: fc.integer({ min: 1, max: 255 }),
    }),
    fc.record({
      kind: fc.constant('cut' as const),
      index: fc.nat({ max: 50 }),
      length: fc.nat({ max: 600 }),
    }),
    fc.record({ kind: fc.constant('noise' as const), bytes: fc.uint8Array({ maxLength: 200 }) }),
  )
  type Piece = typeof piece extends fc.Arbitrary<infer T> ? T : never

  const bytesOf = (one: Piece): Buffer => {
    if (one.kind === 'noise') return Buffer.from(one.bytes)
    const whole = frame(one.index, { sha256: hashOf(one.index) })
    if (one.kind === 'cut') return whole.subarray(0, one.length)
    if (one.kind === 'damaged' && one.at < whole.length)
      whole.writeUInt8((whole[one.at] ?? 0) ^ one.byte, one.at)
    return whole
  }

  it('never give a volume that was not sent, and leave the source working', async () => {
    const { source, arrivals } = await start({ frameTimeoutMs: 2000 })
    let index = 1000
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), fc.nat(), async (pieces, cutAt) => {
        const before = arrivals.volumes().length
        const bytes = Buffer.concat(pieces.map(bytesOf))
        const socket = connect({ port: source.port, host: '127.0.0.1', noDelay: true })
        socket.on('error', () => undefined)
        const cut = cutAt % (bytes.length + 1)
        socket.write(bytes.subarray(0, cut))
        socket.end(bytes.subarray(cut))
        socket.resume()
        await new Promise((resolve) => socket.on('close', resolve))
        const came = arrivals.volumes().slice(before)
        const sent = pieces.flatMap((one) =>
          one.kind === 'frame' || one.kind === 'damaged' ? [one.index] : [],
        )
        expect(came.length).toBeLessThanOrEqual(sent.length)
        const isDamaged = pieces.some(({ kind }) => kind === 'damaged')
        for (const { index: found, data } of came) {
          // A damaged byte of the header may pass as another index; voxels are checked by their hash.
          expect(sent.map((one) => valuesOf(one).join())).toContain(data.join())
          if (!isDamaged) expect(data).toEqual(valuesOf(found))
        }
        const sender = await send(source.port)
        await sender.send({ ...volume(0), index: ++index })
        await sender.close()
        expect(arrivals.volumes().at(-1)?.index).toBe(index)
      }),
      { numRuns: 60 },
    )
  })
})
