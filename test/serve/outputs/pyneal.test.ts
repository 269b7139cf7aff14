import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { formatPynealAnswer, openPynealOutput } from '../../../src/serve/outputs/pyneal.ts'
import { createFakeSession, sampleFeedback, type FakeSession } from '../_fake-session.ts'
import { closeLater, exchange } from '../_serve.ts'

describe('formatPynealAnswer', () => {
  it('is a length, a line feed and JSON, byte for byte', () => {
    expect(formatPynealAnswer(undefined, 'rest').toString()).toBe('22\n{"foundResults":false}')
    const smoothed = { rest: 0.25, glücklich: 0.75 }
    const feedback = sampleFeedback(3, 100, { smoothed, predicted: 'glücklich', ageMs: 12 })
    const json =
      '{"foundResults":true,"average":0.25,"predicted":"glücklich","late":false,"ageMs":12,"p_rest":0.25,"p_glücklich":0.75}'
    expect(formatPynealAnswer(feedback, 'rest').toString()).toBe(
      `${Buffer.byteLength(json)}\n${json}`,
    )
  })

  it('has found nothing for a volume without feedback', () => {
    const lost = sampleFeedback(3, 0, { smoothed: null, probabilities: null, reason: 'lost' })
    expect(formatPynealAnswer(lost, 'rest').toString()).toContain('false')
  })
})

describe('openPynealOutput', () => {
  it('answers as the result server of Pyneal does, and closes', async () => {
    const { fake, port } = await open()
    fake.decode(24)
    expect(await exchange(port, '0023')).toBe('22\n{"foundResults":false}')
    const [length, json] = (await exchange(port, '0024')).split('\n')
    expect(Number(length)).toBe(json!.length)
    expect(JSON.parse(json!)).toMatchObject({ foundResults: true, predicted: 'negative' })
  })

  it('takes a request in pieces', async () => {
    const { fake, port } = await open()
    fake.decode(0)
    const socket = connect(port, '127.0.0.1')
    closeLater(() => void socket.destroy())
    const closed = new Promise((resolve) => socket.once('close', resolve))
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    for (const piece of ['0', '00', '0']) {
      socket.write(piece)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await closed
    expect(text).toContain('"foundResults":true')
  })

  it.each(['abcd', '-001', '1e10', '    ', '\0\0\0\0', 'GET / HTTP/1.1\r\n\r\n'])(
    'refuses %j and says so in the log',
    async (request) => {
      const { fake, port } = await open()
      expect(await exchange(port, request)).toBe('')
      expect(fake.events.at(-1)).toMatchObject({
        type: 'client.refused',
        transport: 'pyneal',
        reason: 'a request that is no 4-digit volume index',
      })
    },
  )

  it('is not opened to every machine', async () => {
    const { hub } = createFakeSession()
    const options = { host: '0.0.0.0', port: 0, peers: [], refuse: () => undefined }
    await expect(openPynealOutput(hub, options, 'rest')).rejects.toMatchObject({
      code: 'SERVE_PEER_MISSING',
    })
  })
})

async function open(): Promise<{ fake: FakeSession; port: number }> {
  const fake = createFakeSession()
  const output = await openPynealOutput(
    fake.hub,
    {
      host: '127.0.0.1',
      port: 0,
      peers: [],
      refuse: (refusal) => fake.hub.report({ type: 'client.refused', ...refusal }),
    },
    'negative',
  )
  closeLater(() => output.close())
  return { fake, port: output.port }
}
