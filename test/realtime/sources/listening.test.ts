import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import {
  assertPeers,
  isLoopback,
  listenAt,
  mayConnect,
} from '../../../src/realtime/sources/listening.ts'

it('knows which addresses no other machine can reach', () => {
  const inner = ['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1']
  const outer = ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:10.0.0.1', 'example', '']
  expect(inner.map(isLoopback)).toEqual(inner.map(() => true))
  expect(outer.map(isLoopback)).toEqual(outer.map(() => false))
})

it('lets this machine in, and those that are named', () => {
  expect(mayConnect('127.0.0.1')).toBe(true)
  expect(mayConnect('10.0.0.7')).toBe(false)
  expect(mayConnect('10.0.0.70', ['10.0.0.7'])).toBe(false)
  expect(mayConnect('10.0.0.7', ['::ffff:10.0.0.7'])).toBe(true)
  expect(mayConnect(undefined, ['10.0.0.7'])).toBe(false)
})

it('wants names before it listens to others', () => {
  expect(() => assertPeers({ port: 1 })).not.toThrow()
  expect(() => assertPeers({ port: 1, host: '0.0.0.0', peers: ['10.0.0.7'] })).not.toThrow()
  expect(() => assertPeers({ port: 1, host: '0.0.0.0' })).toThrowError(/--peer/)
})

it('says why it cannot listen', async () => {
  const server = createServer()
  const port = await listenAt(server, { port: 0 })
  await expect(listenAt(createServer(), { port })).rejects.toMatchObject({
    code: 'RT_LISTEN_FAILED',
    details: { found: 'EADDRINUSE' },
  })
  await new Promise((resolve) => server.close(resolve))
})
