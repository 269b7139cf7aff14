import { createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openAfniOutput, stimulusMessageOf } from '../../../src/serve/outputs/afni.ts'
import { createFakeSession, sampleFeedback } from '../_fake-session.ts'
import { closeLater, until } from '../_serve.ts'

const motion = {
  translationMm: [1, 2, 3] as [number, number, number],
  rotationDeg: [4, 5, 6] as [number, number, number],
  framewiseDisplacementMm: 0.1,
}

describe('stimulusMessageOf', () => {
  it('has rotations in the order of AFNI: about z, x and y', () => {
    const smoothed = { b: 0.25, a: 0.75 }
    expect(stimulusMessageOf(sampleFeedback(0, 0, { motion, smoothed }), ['a', 'b'])).toEqual({
      motion: [1, 2, 3, 6, 4, 5],
      extras: [0.75, 0.25],
    })
    const still = stimulusMessageOf(sampleFeedback(0, 0, { motion: null, smoothed }), ['a'])
    expect(still!.motion).toEqual([NaN, NaN, NaN, NaN, NaN, NaN])
    expect(stimulusMessageOf(sampleFeedback(0, 0, { smoothed: null }), ['a'])).toBeUndefined()
  })
})

describe('openAfniOutput', () => {
  it('says hello, one message per volume with feedback, and goodbye, byte for byte', async () => {
    const { port, chunks, connections } = await program()
    const fake = createFakeSession()
    const options = { host: '127.0.0.1', port, classes: ['negative', 'rest'] }
    const output = openAfniOutput(fake.hub, options)
    await until(() => fake.events.some((e) => e.type === 'client.connected'))
    fake.decode(0, { motion, smoothed: { negative: 0.5, neutral: 0.25, rest: 0.25 } })
    fake.withhold(1, 'lost')
    await output.close()
    await until(() => connections[0]!.closed)
    const expected = Buffer.alloc(8 + 8 * 4 + 4)
    Buffer.from('abcdefac', 'hex').copy(expected)
    expected.writeInt32LE(2, 4)
    ;[1, 2, 3, 6, 4, 5, 0.5, 0.25].forEach((value, i) => expected.writeFloatLE(value, 8 + 4 * i))
    Buffer.from('deaddead', 'hex').copy(expected, 40)
    expect(Buffer.concat(chunks).toString('hex')).toBe(expected.toString('hex'))
  })

  it('comes back to a program that was away', async () => {
    const { port, chunks, connections } = await program()
    const fake = createFakeSession()
    const options = { host: '127.0.0.1', port, classes: ['rest'], retryMs: 10 }
    const output = openAfniOutput(fake.hub, options)
    closeLater(() => output.close())
    const nConnected = (): number => fake.events.filter((e) => e.type === 'client.connected').length
    await until(() => nConnected() === 1)
    connections[0]!.destroy()
    await until(() => nConnected() === 2)
    fake.decode(0)
    await until(() => Buffer.concat(chunks).length === 8 + 8 + 7 * 4)
  })
})

/** A stimulus program that only listens. */
async function program(): Promise<{ port: number; chunks: Buffer[]; connections: Socket[] }> {
  const chunks: Buffer[] = []
  const connections: Socket[] = []
  const server = createServer((socket) => {
    connections.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  closeLater(() => void server.close())
  return { port: (server.address() as { port: number }).port, chunks, connections }
}
