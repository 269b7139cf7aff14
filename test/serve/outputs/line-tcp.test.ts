import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { openLineTcpOutput } from '../../../src/serve/outputs/line-tcp.ts'
import { createFakeSession } from '../_fake-session.ts'
import { closeLater, openSilentSocket, until } from '../_serve.ts'

it('sends one line of JSON per volume, with feedback or without, whoever else does not read', async () => {
  const fake = createFakeSession()
  const options = { host: '127.0.0.1', port: 0, peers: [], refuse: () => undefined }
  const output = await openLineTcpOutput(fake.hub, options)
  closeLater(() => output.close())
  await openSilentSocket(output.port, 'noise')
  const socket = connect(output.port, '127.0.0.1')
  closeLater(() => void socket.destroy())
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await until(() => fake.events.filter((e) => e.type === 'client.connected').length === 2)
  const sent = [fake.decode(0), fake.withhold(1, 'skipped'), fake.decode(2)]
  await until(() => text.split('\n').length === 4)
  expect(text).toBe(sent.map((feedback) => `${JSON.stringify(feedback)}\n`).join(''))
})
