/** Feedback -> one line of JSON per volume, to every client of a TCP port. */
import type { SessionHub } from '../hub.ts'
import type { Refuse } from '../refusals.ts'
import { createBroadcast } from './broadcast.ts'
import type { Output } from './output.ts'
import { openPlainServer } from './plain-server.ts'

export interface PlainOutputOptions {
  readonly host: string
  readonly port: number
  readonly peers: readonly string[]
  readonly refuse: Refuse
}

/**
 * Opens the output. Clients only listen; what they send is thrown away.
 *
 * @param hub - The session's hub.
 * @param options - Where, and for whom.
 * @returns The output and the port it listens at.
 * @throws {LimbicError} `SERVE_PEER_MISSING`, `SERVE_PORT_UNUSABLE`.
 */
export async function openLineTcpOutput(
  hub: SessionHub,
  options: PlainOutputOptions,
): Promise<Output & { readonly port: number }> {
  const transport = 'tcp-out'
  const broadcast = createBroadcast()
  const server = await openPlainServer({
    ...options,
    transport,
    maxConnections: 64,
    onSocket: (socket, address) => {
      const client = `${address}:${socket.remotePort}`
      let reason = 'left'
      hub.report({ type: 'client.connected', client, transport, address })
      const remove = broadcast.add(
        {
          buffered: () => socket.writableLength,
          write: (text) => socket.write(text),
          drop: () => socket.destroy(),
        },
        () => {
          reason = 'did not read'
        },
      )
      socket.resume()
      socket.once('close', () => {
        remove()
        hub.report({ type: 'client.disconnected', client, transport, reason })
      })
    },
  })
  const unsubscribe = hub.subscribe((event) => {
    if (event.type === 'feedback') broadcast.send(`${JSON.stringify(event.feedback)}\n`)
  })
  return {
    port: server.port,
    description: `line JSON at tcp ${options.host}:${server.port}`,
    close: () => {
      unsubscribe()
      return server.close()
    },
  }
}
