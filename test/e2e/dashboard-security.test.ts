import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openLineTcpOutput, openPynealOutput } from '../../src/serve/index.ts'
import { closeLater, exchange, openSocket, serve, until, type Served } from '../serve/_serve.ts'

const handshake = (port: number): string =>
  `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'

const reasons = ({ events }: Served): string[] =>
  events.flatMap((event) => (event.type === 'client.refused' ? [event.reason] : []))

/** An honest client hears the next volume. */
async function stillServes(served: Served, volume: number): Promise<void> {
  const { texts, socket } = await openSocket(`${served.base}/ws`)
  served.decode(volume)
  await until(() => texts.some((text) => text.startsWith(`{"type":"feedback","volume":${volume},`)))
  socket.terminate()
  const latest = (await (await fetch(`${served.base}/latest`)).json()) as { volume: number }
  expect(latest.volume).toBe(volume)
}

describe('requests that are no requests', () => {
  it('refuses 10 MB of headers', async () => {
    const served = await serve()
    const line = `X-Padding: ${'x'.repeat(1000)}\r\n`
    const answer = await exchange(
      served.server.port,
      `GET / HTTP/1.1\r\nHost: localhost\r\n${line.repeat(10_000)}\r\n`,
    )
    // The connection may be cut before the answer is read: most of it was never taken.
    expect(['', 'HTTP/1.1 431']).toContain(answer.slice(0, 12))
    await until(() => reasons(served).length > 0)
    expect(reasons(served)).toEqual(['headers of more than 16384 bytes'])
    await stillServes(served, 1)
  })

  it.each([
    ['says nothing', ''],
    ['never ends its headers', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    [
      'never ends its body',
      'POST /control/mark HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    ],
  ])('cuts off a client that %s', async (_, bytes) => {
    const served = await serve({ timeouts: { headersMs: 200, requestMs: 200 } })
    const answer = await exchange(served.server.port, bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 (408|400)/)
    await until(() => reasons(served).includes('a request that did not end in time'))
    await stillServes(served, 1)
  })

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a foreign host', 'GET /latest HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
  ])('refuses %s', async (_, bytes) => {
    const served = await serve()
    const answer = await exchange(served.server.port, bytes, { patienceMs: 2000 })
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/)
    await stillServes(served, 1)
  })
})

describe('WebSockets', () => {
  const refusal = (url: string, headers: Record<string, string> = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { headers })
      socket.on('unexpected-response', (_, response) => {
        resolve(response.statusCode ?? 0)
        socket.terminate()
      })
      socket.on('open', () => reject(new Error('was let in')))
      socket.on('error', () => undefined)
    })

  it('lets in no page of another site, no foreign name, no other path, nobody without the token', async () => {
    const token = 'a-token-of-32-characters-0123456'
    const open = await serve()
    const closed = await serve({ token })
    const ws = (served: Served, path: string): string => served.base.replace('http', 'ws') + path
    expect(await refusal(ws(open, '/ws'), { Origin: 'http://evil.example' })).toBe(403)
    expect(await refusal(ws(open, '/ws'), { Origin: 'null' })).toBe(403)
    expect(await refusal(ws(open, '/ws'), { Host: 'evil.example' })).toBe(421)
    expect(await refusal(ws(open, '/other'))).toBe(404)
    expect(await refusal(ws(closed, '/ws'))).toBe(401)
    expect(await refusal(ws(closed, '/ws?token=wrong'))).toBe(401)
    expect(reasons(open)).toHaveLength(4)
    expect(reasons(closed)).toEqual(['no token', 'a wrong token'])
    const { socket } = await openSocket(`${closed.base}/ws?token=${token}`, { Origin: closed.base })
    expect(socket.readyState).toBe(WebSocket.OPEN)
  })

  it.each([
    ['an unmasked frame', '81 05 68 65 6c 6c 6f'],
    ['an unknown opcode', '83 80 00 00 00 00'],
    ['a frame of 2^62 bytes', '82 ff 40 00 00 00 00 00 00 00 00 00 00 00'],
    ['a reserved bit', 'c1 80 00 00 00 00'],
    ['a long ping', '89 fe 00 7e 00 00 00 00'],
    ['text, where clients only listen', '81 81 00 00 00 00 61'],
  ])('closes on %s, and says so in the log', async (_, frame) => {
    const served = await serve()
    const socket = connect(served.server.port, '127.0.0.1')
    closeLater(() => void socket.destroy())
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(handshake(served.server.port))
    await until(() => served.server.nClients === 1)
    socket.write(Buffer.from(frame.replaceAll(' ', ''), 'hex'))
    await until(() => reasons(served).length === 1)
    expect(reasons(served)[0]).toMatch(/malformed frame|only listen/)
    socket.end()
    await closed
    await until(() => served.server.nClients === 0)
    await stillServes(served, 1)
  })

  it('turns away the client after the last place is taken', async () => {
    const served = await serve({ maxClients: 1 })
    await openSocket(`${served.base}/ws`)
    expect(await refusal(served.base.replace('http', 'ws') + '/ws')).toBe(503)
  })
})

describe('random bytes', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 2000 })
  const options = { numRuns: 25 }

  it('do not disturb the server, before or after a handshake', async () => {
    const served = await serve({ timeouts: { headersMs: 300, requestMs: 300 } })
    const { port } = served.server
    let volume = 0
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom('raw', 'after GET', 'as frames'),
        async (noise, how) => {
          const before = {
            raw: '',
            'after GET': 'GET / HTTP/1.1\r\n',
            'as frames': handshake(port),
          }[how]
          await exchange(port, Buffer.concat([Buffer.from(before), noise]), { patienceMs: 30 })
          served.decode(volume++)
        },
      ),
      options,
    )
    await stillServes(served, volume)
  })

  it('do not disturb the plain outputs', async () => {
    const served = await serve()
    const refuse = (): void => undefined
    const plain = { host: '127.0.0.1', port: 0, peers: [], refuse }
    const pyneal = await openPynealOutput(served.hub, plain, 'rest')
    const lines = await openLineTcpOutput(served.hub, plain)
    closeLater(() => pyneal.close())
    closeLater(() => lines.close())
    await fc.assert(
      fc.asyncProperty(bytes, async (noise) => {
        await exchange(pyneal.port, noise, { patienceMs: 30 })
        await exchange(lines.port, noise, { patienceMs: 10 })
      }),
      options,
    )
    served.decode(3)
    expect(await exchange(pyneal.port, '0003')).toContain('"foundResults":true')
  })
})

it('a flood of refusals does not flood the log', async () => {
  const served = await serve()
  const headers = { Origin: 'http://evil.example' }
  await Promise.all(Array.from({ length: 100 }, () => fetch(`${served.base}/latest`, { headers })))
  expect(reasons(served).length).toBe(20)
  await stillServes(served, 1)
})
