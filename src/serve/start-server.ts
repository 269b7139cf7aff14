/** A session's hub -> its HTTP and WebSocket server, hardened: short time limits, small headers, few connections, one gate for everything. */
import { createServer, type Server } from 'node:http'
import type { DropArgument, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createApp, type AppOptions } from './http/app.ts'
import type { SessionHub } from './hub.ts'
import type { BroadcastLimits } from './outputs/broadcast.ts'
import { listen } from './outputs/plain-server.ts'
import { openEventStreamOutput } from './outputs/server-sent-events.ts'
import { openWebSocketOutput } from './outputs/websocket.ts'
import { createRefusalLog, type Refuse } from './refusals.ts'
import { assertBinding, isLoopback, type Binding } from './security/binding.ts'
import { createGate } from './security/gate.ts'

export interface ServerOptions
  extends Pick<AppOptions, 'controls' | 'className' | 'classes' | 'selection'>, Binding {
  readonly hub: SessionHub
  /** 0 for any free port. */
  readonly port: number
  /** WebSocket clients at a time, and streams of events besides. */
  readonly maxClients?: number
  readonly limits?: Partial<BroadcastLimits>
  readonly timeouts?: Partial<Timeouts>
}

/** How long a client may take, in milliseconds. */
export interface Timeouts {
  readonly headersMs: number
  readonly requestMs: number
  readonly idleMs: number
}

export interface DashboardServer {
  readonly port: number
  /** Address of the operator's page, with the token if there is one. */
  readonly url: string
  readonly refuse: Refuse
  /** WebSocket clients now. */
  readonly nClients: number
  close(): Promise<void>
}

const maxHeaderBytes = 16 * 1024
const defaultTimeouts: Timeouts = { headersMs: 5000, requestMs: 10_000, idleMs: 5000 }

/**
 * Starts the server.
 *
 * @param options - Hub, address, port, token, allowed folders, what is shown.
 * @returns The server, listening.
 * @throws {LimbicError} As `assertBinding`; `SERVE_PORT_UNUSABLE`.
 */
export async function startServer(options: ServerOptions): Promise<DashboardServer> {
  assertBinding(options)
  const { hub, host, port, token, maxClients = 512, limits } = options
  const refuse = createRefusalLog(hub)
  const gate = createGate({ host, token })
  const eventStreams = openEventStreamOutput(hub, maxClients, limits)
  const app = createApp({ ...options, gate, refuse, eventStreams })
  const server = createHardServer({ ...defaultTimeouts, ...options.timeouts }, refuse)
  server.maxConnections = 2 * maxClients + 128
  // With a listener of its own, the library does not answer errors with pages of its own making.
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  server.on('request', (request, response) => void answer(request, response))
  const webSockets = openWebSocketOutput(server, {
    hub,
    gate,
    refuse,
    maxClients,
    ...(limits === undefined ? {} : { limits }),
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await listen(server, 'dashboard', host, port)
  const bound = (server.address() as { port: number }).port
  return {
    port: bound,
    url: pageUrl(host, bound, token),
    refuse,
    get nClients() {
      return webSockets.size
    },
    close: () =>
      new Promise((resolve) => {
        eventStreams.close()
        webSockets.close()
        server.close(() => resolve())
        server.closeIdleConnections()
        // Whoever has not left by then has been told, and is cut off.
        setTimeout(() => {
          for (const socket of sockets) socket.destroy()
        }, 300).unref()
      }),
  }
}

function createHardServer(timeouts: Timeouts, refuse: Refuse): Server {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.idleMs,
    connectionsCheckingInterval: Math.min(1000, timeouts.headersMs / 2),
    insecureHTTPParser: false,
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const address = socket.remoteAddress ?? 'unknown'
    if (error.code !== 'ECONNRESET')
      refuse({
        transport: 'http',
        address,
        reason: reasons[error.code ?? ''] ?? 'a request that is no HTTP',
      })
    if (socket.writable)
      socket.write(`HTTP/1.1 ${statusOf(error.code)}\r\nConnection: close\r\n\r\n`)
    socket.destroy()
  })
  server.on('drop', (data?: DropArgument) =>
    refuse({
      transport: 'http',
      address: data?.remoteAddress ?? 'unknown',
      reason: 'too many connections',
    }),
  )
  return server
}

const reasons: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: `headers of more than ${maxHeaderBytes} bytes`,
  ERR_HTTP_REQUEST_TIMEOUT: 'a request that did not end in time',
}

function statusOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout'
  return '400 Bad Request'
}

function pageUrl(host: string, port: number, token: string | undefined): string {
  const name =
    isLoopback(host) && host !== '::1' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}/${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`
}
