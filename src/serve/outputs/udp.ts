/** Feedback -> UDP datagrams to one presentation program, in the formats of OpenNFT. */
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { SessionHub } from '../hub.ts'
import { chosenValue } from './chosen-value.ts'
import { controlDatagrams, formatDatagrams, type DatagramFormat } from './opennft-datagrams.ts'
import type { Output } from './output.ts'

export interface UdpOptions {
  readonly host: string
  readonly port: number
  readonly format: DatagramFormat
  /** Class whose probability is sent. */
  readonly className: string
}

/**
 * Starts sending. A volume without feedback sends nothing.
 *
 * @param hub - The session's hub.
 * @param options - Where to, and what.
 * @returns The output; closing it sends the control character.
 * @throws Never: datagrams that cannot be sent are reported to the session's log.
 */
export function openUdpOutput(hub: SessionHub, options: UdpOptions): Output {
  const { host, port, format, className } = options
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  let failing = false
  const note = (error: Error | null): void => {
    // Told once per failure: the next datagram would fail the same way.
    if (error !== null && !failing)
      hub.report({
        type: 'client.disconnected',
        client: `udp ${host}:${port}`,
        transport: 'udp',
        reason: error.message,
      })
    failing = error !== null
  }
  socket.on('error', note)
  // One after the other: names are looked up for each, and a lookup may overtake another.
  let sending = Promise.resolve()
  const send = (datagrams: readonly Buffer[]): void => {
    for (const datagram of datagrams)
      sending = sending.then(
        () =>
          new Promise((resolve) =>
            socket.send(datagram, port, host, (error) => {
              note(error)
              resolve()
            }),
          ),
      )
  }
  send(controlDatagrams(format))
  const unsubscribe = hub.subscribe((event) => {
    if (event.type !== 'feedback') return
    const value = chosenValue(event.feedback, className)
    const { predicted } = event.feedback
    if (value === undefined || predicted === null) return
    send(formatDatagrams(format, { condition: predicted, value, sentAt: Date.now() / 1000 }))
  })
  return {
    description: `udp ${host}:${port} (${format}, probability of ${className})`,
    close: async () => {
      unsubscribe()
      send(controlDatagrams(format))
      await sending
      await new Promise<void>((resolve) => socket.close(() => resolve()))
    },
  }
}
