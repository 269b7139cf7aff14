import { createSocket } from 'node:dgram'
import { describe, expect, it } from 'vitest'
import type { DatagramFormat } from '../../../src/serve/outputs/opennft-datagrams.ts'
import { openUdpOutput } from '../../../src/serve/outputs/udp.ts'
import { createFakeSession } from '../_fake-session.ts'
import { closeLater, until } from '../_serve.ts'

async function receiver(): Promise<{ port: number; datagrams: Buffer[] }> {
  const socket = createSocket('udp4')
  const datagrams: Buffer[] = []
  socket.on('message', (datagram) => datagrams.push(datagram))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', () => resolve()))
  closeLater(() => void socket.close())
  return { port: socket.address().port, datagrams }
}

async function play(format: DatagramFormat): Promise<Buffer[]> {
  const { port, datagrams } = await receiver()
  const fake = createFakeSession()
  const options = { host: '127.0.0.1', port, format, className: 'negative' }
  const output = openUdpOutput(fake.hub, options)
  const half = { negative: 0.5, neutral: 0.25, rest: 0.25 }
  fake.decode(0, { smoothed: half })
  fake.withhold(1, 'lost')
  fake.decode(2, { smoothed: { ...half, negative: 0.25 } })
  await output.close()
  const nExpected = format === 'pyopennft' ? 2 : 10
  await until(() => datagrams.length >= nExpected)
  return datagrams
}

describe('openUdpOutput', () => {
  it('speaks as OpenNFT does: #, then time, condition, time, value for each volume with feedback, then #', async () => {
    const texts = (await play('text')).map(String)
    expect(texts.filter((_, i) => ![1, 3, 5, 7].includes(i))).toEqual([
      '#',
      'negative',
      '0.500000',
      'negative',
      '0.250000',
      '#',
    ])
    for (const i of [1, 3, 5, 7])
      expect(Math.abs(Number(texts[i]) - Date.now() / 1000)).toBeLessThan(60)
  })

  it('sends floats in the binary dialect', async () => {
    const datagrams = await play('binary')
    expect(datagrams.map((bytes) => bytes.length)).toEqual([1, 4, 9, 4, 4, 4, 9, 4, 4, 1])
    expect([datagrams[4]!.readFloatLE(), datagrams[8]!.readFloatLE()]).toEqual([0.5, 0.25])
  })

  it('sends two floats and nothing else in the dialect of pyOpenNFT', async () => {
    expect((await play('pyopennft')).map((bytes) => bytes.toString('hex'))).toEqual([
      '3f000000',
      '3e800000',
    ])
  })

  it('says once in the log that nothing can be sent, and goes on', async () => {
    const fake = createFakeSession()
    const output = openUdpOutput(fake.hub, {
      host: '255.255.255.255',
      port: 5005,
      format: 'text',
      className: 'negative',
    })
    for (let volume = 0; volume < 5; volume++) fake.decode(volume)
    await output.close()
    const told = fake.events.filter((e) => e.type === 'client.disconnected')
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ transport: 'udp' })
  })
})
