/** Session events -> one JSON text per event, to every WebSocket client; nothing is taken from them. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { SessionHub } from '../hub.ts'
import type { Refuse } from '../refusals.ts'
import type { Gate } from '../security/gate.ts'
import { createBroadcast, type BroadcastLimits } from './broadcast.ts'

export interface WebSocketOptions {
  readonly hub: SessionHub
  readonly gate: Gate
  readonly refuse: Refuse
  readonly maxClients: number
  readonly limits?: Partial<BroadcastLimits>
}

export interface WebSocketOutput {
  readonly size: number
  close(): void
}

const transport = 'websocket'
/** Clients have nothing to say; a close frame with its reason fits. */
const maxPayloadBytes = 4096
const pingEveryMs = 15_000

/**
 * Answers WebSocket requests for `/ws` of an HTTP server, and refuses all others.
 *
 * @param server - The HTTP server.
 * @param options - Where events come from, who is let in, how many.
 * @returns The output.
 * @throws Never.
 */
export function openWebSocketOutput(server: Server, options: WebSocketOptions): WebSocketOutput {
  const { hub, gate, refuse, maxClients, limits } = options
  const broadcast = createBroadcast(limits)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    clientTracking: false,
  })
  const alive = new Map<WebSocket, boolean>()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const address = request.socket.remoteAddress ?? 'unknown'
    const refusal = refusalOf(request, gate, alive.size >= maxClients)
    if (refusal !== undefined) {
      refuse({ transport, address, reason: refusal.reason })
      socket.end(`HTTP/1.1 ${refusal.status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      // Who does not read the answer does not keep the connection.
      setTimeout(() => socket.destroy(), 1000).unref()
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => welcome(client, request))
  })
  sockets.on('wsClientError', (error, socket, request) => {
    const address = request.socket.remoteAddress ?? 'unknown'
    refuse({ transport, address, reason: `no WebSocket handshake: ${error.message}` })
    socket.destroy()
  })

  const welcome = (client: WebSocket, request: IncomingMessage): void => {
    const address = request.socket.remoteAddress ?? 'unknown'
    const name = `${address}:${request.socket.remotePort}`
    let reason = 'left'
    alive.set(client, true)
    client.on('pong', () => alive.set(client, true))
    client.on('message', () => {
      refuse({ transport, address, reason: 'a message, where clients only listen' })
      client.close(1008, 'clients only listen')
    })
    client.on('error', (error) => {
      reason = `sent a malformed frame: ${error.message}`
      refuse({ transport, address, reason })
    })
    const remove = broadcast.add(
      {
        buffered: () => client.bufferedAmount,
        write: (text) => client.send(text, () => undefined),
        drop: () => client.terminate(),
      },
      () => {
        reason = 'did not read'
      },
    )
    client.once('close', () => {
      remove()
      alive.delete(client)
      hub.report({ type: 'client.disconnected', client: name, transport, reason })
    })
    hub.report({ type: 'client.connected', client: name, transport, address })
  }

  const unsubscribe = hub.subscribe((event) => {
    if (broadcast.size > 0) broadcast.send(JSON.stringify(event))
  })
  // A client whose machine is gone says nothing: only an unanswered ping tells.
  const pings = setInterval(() => {
    for (const [client, answered] of alive) {
      if (!answered) client.terminate()
      else {
        alive.set(client, false)
        client.ping(() => undefined)
      }
    }
  }, pingEveryMs)
  pings.unref()
  return {
    get size() {
      return broadcast.size
    },
    close: () => {
      clearInterval(pings)
      unsubscribe()
      for (const client of alive.keys()) client.close(1001, 'the session has ended')
      setTimeout(() => broadcast.close(), 500).unref()
    },
  }
}

function refusalOf(
  { url = '', method = '', headers, rawHeaders }: IncomingMessage,
  gate: Gate,
  isFull: boolean,
): { status: string; reason: string } | undefined {
  const verdict = gate.admit({ method, url, headers, rawHeaders })
  if (!verdict.admitted) return { status: statusLines[verdict.status], reason: verdict.reason }
  if (url.split('?')[0] !== '/ws') return { status: '404 Not Found', reason: 'no such WebSocket' }
  if (isFull) return { status: '503 Service Unavailable', reason: 'too many WebSocket clients' }
  return undefined
}

const statusLines = {
  400: '400 Bad Request',
  401: '401 Unauthorized',
  403: '403 Forbidden',
  421: '421 Misdirected Request',
}
