import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { chooseClass, openOutputs } from '../../../src/cli/realtime/outputs.ts'
import { classes, createFakeSession } from '../../serve/_fake-session.ts'

const decoder = { classes, className: 'rest' }
const none = { peer: [], udpFormat: 'text' as const, lslPackage: 'node-lsl' }
const refuse = (): void => undefined

it('opens what was asked for', async () => {
  const { hub } = createFakeSession()
  const options = { ...none, udp: '5005', tcpOut: '0', pyneal: '0' }
  const outputs = await openOutputs(hub, options, decoder, refuse)
  expect(outputs.map(({ description }) => description.replace(/:\d+/, ''))).toEqual([
    'udp 127.0.0.1 (text, probability of rest)',
    'line JSON at tcp 127.0.0.1',
    'Pyneal results at tcp 127.0.0.1 (average = probability of rest)',
  ])
  await Promise.all(outputs.map((output) => output.close()))
  expect(await openOutputs(hub, none, decoder, refuse)).toEqual([])
})

it('closes the others when one cannot be opened', async () => {
  const { hub } = createFakeSession()
  const options = { ...none, tcpOut: '39517', pyneal: '0.0.0.0:0' }
  await expect(openOutputs(hub, options, decoder, refuse)).rejects.toMatchObject({
    code: 'SERVE_PEER_MISSING',
  })
  const socket = connect(39_517, '127.0.0.1')
  await expect(
    new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject)),
  ).rejects.toThrow()
})

it('takes the first class unless another is named', () => {
  expect(chooseClass(classes, undefined)).toBe('negative')
  expect(chooseClass(classes, 'rest')).toBe('rest')
  expect(() => chooseClass(classes, 'happy')).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  )
})
