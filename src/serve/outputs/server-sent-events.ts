/** Session events -> a stream of Server-Sent Events per client. */
import type { ServerResponse } from 'node:http'
import type { SessionEvent } from '../../realtime/session-events.ts'
import type { SessionHub } from '../hub.ts'
import { createBroadcast, type BroadcastLimits } from './broadcast.ts'

export interface EventStreamOutput {
  /** Turns a response into a stream; false when there are too many already. */
  serve(response: ServerResponse): boolean
  readonly size: number
  close(): void
}

const transport = 'server-sent-events'

/**
 * Makes the output.
 *
 * @param hub - The session's hub.
 * @param maxClients - Streams at a time.
 * @param limits - When a client that does not read is passed over and dropped.
 * @returns The output.
 * @throws Never.
 */
export function openEventStreamOutput(
  hub: SessionHub,
  maxClients: number,
  limits?: Partial<BroadcastLimits>,
): EventStreamOutput {
  const broadcast = createBroadcast(limits)
  const unsubscribe = hub.subscribe((event) => {
    if (broadcast.size > 0) broadcast.send(formatEvent(event))
  })
  return {
    serve: (response) => {
      if (broadcast.size >= maxClients) return false
      const address = response.socket?.remoteAddress ?? 'unknown'
      const client = `${address}:${response.socket?.remotePort}`
      let reason = 'left'
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      })
      response.on('error', () => undefined)
      response.write('retry: 1000\n\n')
      const remove = broadcast.add(
        {
          buffered: () => response.writableLength,
          write: (text) => response.write(text),
          drop: () => response.destroy(),
        },
        () => {
          reason = 'did not read'
        },
      )
      response.once('close', () => {
        remove()
        hub.report({ type: 'client.disconnected', client, transport, reason })
      })
      hub.report({ type: 'client.connected', client, transport, address })
      return true
    },
    get size() {
      return broadcast.size
    },
    close: () => {
      unsubscribe()
      broadcast.close()
    },
  }
}

/**
 * The text of one event in a stream.
 *
 * @param event - The event.
 * @returns Its type as the event's name, its JSON as the data, an empty line.
 * @throws Never.
 */
export function formatEvent(event: SessionEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
