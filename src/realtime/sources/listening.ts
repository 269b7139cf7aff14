/** Addresses and ports -> a server that listens there, for the machines that may connect. */
import { BlockList, isIP, type Server } from 'node:net'
import { LimbicError } from '../../core/errors/index.ts'

/** Where volumes are listened for. */
export interface ListenAddress {
  /** Address of this machine; 127.0.0.1 by default, which other machines cannot reach. */
  readonly host?: string
  /** 0 for any that is free. */
  readonly port: number
  /** Addresses of other machines that may send; needed when `host` can be reached from elsewhere. */
  readonly peers?: readonly string[]
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/**
 * Tells whether an address is one of this machine that no other can reach.
 *
 * @param host - An address, or `localhost`.
 * @returns Whether it is.
 * @throws Never.
 * @example
 * const answer = isLoopback('127.0.0.1') // answer = true
 */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  const plain = plainAddress(host)
  const version = isIP(plain)
  return version !== 0 && loopback.check(plain, version === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Refuses to listen to the world without saying to whom.
 *
 * @param address - Where to listen.
 * @returns Nothing.
 * @throws {LimbicError} `RT_PEER_MISSING` when other machines could connect and none is named.
 */
export function assertPeers({ host = '127.0.0.1', peers = [] }: ListenAddress): void {
  if (!isLoopback(host) && peers.length === 0) throw new LimbicError('RT_PEER_MISSING', { host })
}

/**
 * Tells whether a machine may send: this one, or one of the list.
 *
 * @param address - Its address, as the socket gives it.
 * @param peers - The list.
 * @returns Whether it may.
 * @throws Never.
 * @example
 * const answer = mayConnect('::ffff:10.0.0.7', ['10.0.0.7']) // answer = true
 */
export function mayConnect(address: string | undefined, peers: readonly string[] = []): boolean {
  if (address === undefined) return false
  return isLoopback(address) || peers.map(plainAddress).includes(plainAddress(address))
}

/** Sockets that take both kinds of addresses show those of version 4 in those of version 6. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/**
 * Starts to listen.
 *
 * @param server - Not yet listening.
 * @param address - Where.
 * @returns The port.
 * @throws {LimbicError} `RT_LISTEN_FAILED`.
 */
export async function listenAt(
  server: Server,
  { host = '127.0.0.1', port }: ListenAddress,
): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const details = { where: `${host}:${port}`, found: cause.code ?? cause.message }
      reject(new LimbicError('RT_LISTEN_FAILED', details, { cause }))
    })
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
