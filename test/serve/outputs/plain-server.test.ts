import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { listen, openPlainServer } from '../../../src/serve/outputs/plain-server.ts'
import { closeLater, exchange } from '../_serve.ts'

it('says which port is taken', async () => {
  const first = createServer()
  await listen(first, 'first', '127.0.0.1', 0)
  closeLater(() => void first.close())
  const { port } = first.address() as { port: number }
  await expect(listen(createServer(), 'second', '127.0.0.1', port)).rejects.toMatchObject({
    code: 'SERVE_PORT_UNUSABLE',
    details: { what: 'second', port },
  })
})

it('lets no more connections in than it can serve', async () => {
  const refused: string[] = []
  const server = await openPlainServer({
    transport: 'test',
    host: '127.0.0.1',
    port: 0,
    peers: [],
    maxConnections: 1,
    refuse: ({ reason }) => refused.push(reason),
    onSocket: (socket) => socket.write('hello'),
  })
  closeLater(() => server.close())
  const held = exchange(server.port, '')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await exchange(server.port, '')).toBe('')
  expect(refused).toEqual(['more than 1 connections'])
  await server.close()
  expect(await held).toBe('hello')
})
