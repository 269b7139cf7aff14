/** A TCP server for formats that have no place for a token: listens, lets only known addresses in, and counts connections. */
import { createServer, type Server, type Socket } from 'node:net'
import { LimbicError } from '../../core/errors/index.ts'
import { mayConnect } from '../../realtime/sources/listening.ts'
import type { Refuse } from '../refusals.ts'
import { isLoopback } from '../security/binding.ts'

export interface PlainServerOptions {
  /** Name of the output for messages, as `pyneal`. */
  readonly transport: string
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Addresses of other machines that may connect. */
  readonly peers: readonly string[]
  readonly maxConnections: number
  readonly refuse: Refuse
  readonly onSocket: (socket: Socket, address: string) => void
}

export interface PlainServer {
  readonly port: number
  /** Closes the server and every connection. */
  close(): Promise<void>
}

/**
 * Opens the server.
 *
 * @param options - Where, who, and what to do with a connection.
 * @returns The server, listening.
 * @throws {LimbicError} `SERVE_PEER_MISSING` when others could reach it and none is named; `SERVE_PORT_UNUSABLE`.
 */
export async function openPlainServer(options: PlainServerOptions): Promise<PlainServer> {
  const { transport, host, port, peers, maxConnections, refuse, onSocket } = options
  if (!isLoopback(host) && peers.length === 0)
    throw new LimbicError('SERVE_PEER_MISSING', { option: `--${transport}`, host })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const address = bareAddress(socket.remoteAddress)
    // A peer that resets the connection is gone; there is nobody to tell.
    socket.on('error', () => socket.destroy())
    if (!mayConnect(address, peers)) {
      refuse({ transport, address, reason: 'an address that is not among the peers' })
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    onSocket(socket, address)
  })
  server.maxConnections = maxConnections
  server.on('drop', (data) =>
    refuse({
      transport,
      address: bareAddress(data?.remoteAddress),
      reason: `more than ${maxConnections} connections`,
    }),
  )
  await listen(server, `${transport} output`, host, port)
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/**
 * Makes a server listen.
 *
 * @param server - A TCP or HTTP server.
 * @param what - Name for the message, as `dashboard`.
 * @param host - Address or name.
 * @param port - Port; 0 for any free one.
 * @returns When it listens.
 * @throws {LimbicError} `SERVE_PORT_UNUSABLE`.
 */
export async function listen(
  server: Server,
  what: string,
  host: string,
  port: number,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new LimbicError('SERVE_PORT_UNUSABLE', { what, host, port, reason: error.message })),
    )
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      // After that, an error concerns one connection (as no more file handles) and must not end the session.
      server.on('error', () => undefined)
      resolve()
    })
  })
}

/** IPv4 addresses come as `::ffff:1.2.3.4` to a server that listens at `::`. */
function bareAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:/, '')
}
