/** A 4-character volume index from a TCP client -> the answer that Pyneal's result server gives: a length, a line feed, JSON; then goodbye. */
import type { Socket } from 'node:net'
import type { Feedback } from '../../core/schemas/feedback.ts'
import type { SessionHub } from '../hub.ts'
import type { Refuse } from '../refusals.ts'
import type { PlainOutputOptions } from './line-tcp.ts'
import type { Output } from './output.ts'
import { openPlainServer } from './plain-server.ts'

/** Port of Pyneal's result server. */
export const defaultPynealPort = 5556

const requestBytes = 4
const requestTimeoutMs = 5000

/**
 * Opens the output.
 *
 * @param hub - The session's hub.
 * @param options - Where, and for whom.
 * @param className - Class whose probability is given as `average` too, for clients that were written for Pyneal's ROI average.
 * @returns The output and the port it listens at.
 * @throws {LimbicError} `SERVE_PEER_MISSING`, `SERVE_PORT_UNUSABLE`.
 */
export async function openPynealOutput(
  hub: SessionHub,
  options: PlainOutputOptions,
  className: string,
): Promise<Output & { readonly port: number }> {
  const server = await openPlainServer({
    ...options,
    transport: 'pyneal',
    maxConnections: 64,
    onSocket: (socket, address) => answer(socket, address, hub, className, options.refuse),
  })
  return {
    port: server.port,
    description: `Pyneal results at tcp ${options.host}:${server.port} (average = probability of ${className})`,
    close: () => server.close(),
  }
}

/**
 * The bytes of an answer.
 *
 * @param feedback - Feedback of the volume that was asked for; undefined when there is none (yet).
 * @param className - Class whose probability is given as `average`.
 * @returns The length of the JSON in bytes as decimal text, a line feed, and the JSON, which has `foundResults` at least.
 * @throws Never.
 * @see Pyneal's `src/resultsServer.py` and `utils/simulation/endUser_sim.py`.
 */
export function formatPynealAnswer(feedback: Feedback | undefined, className: string): Buffer {
  const probabilities = feedback?.smoothed ?? undefined
  const answer =
    feedback === undefined || probabilities === undefined
      ? { foundResults: false }
      : {
          foundResults: true,
          average: probabilities[className],
          predicted: feedback.predicted,
          late: feedback.late,
          ageMs: feedback.ageMs,
          ...Object.fromEntries(Object.entries(probabilities).map(([k, p]) => [`p_${k}`, p])),
        }
  const json = Buffer.from(JSON.stringify(answer))
  return Buffer.concat([Buffer.from(`${json.length}\n`), json])
}

function answer(
  socket: Socket,
  address: string,
  hub: SessionHub,
  className: string,
  refuse: Refuse,
): void {
  let request = ''
  const turnAway = (reason: string): void => {
    refuse({ transport: 'pyneal', address, reason })
    socket.destroy()
  }
  socket.setTimeout(requestTimeoutMs, () => turnAway('no request within 5 s'))
  const onData = (chunk: Buffer): void => {
    request += chunk.toString('latin1')
    if (request.length < requestBytes) return
    socket.off('data', onData)
    socket.resume()
    const index = request.slice(0, requestBytes)
    if (!/^\d{4}$/.test(index)) return turnAway('a request that is no 4-digit volume index')
    const feedback = hub.session()?.state().feedbackOf(Number(index))
    socket.end(formatPynealAnswer(feedback, className))
  }
  socket.on('data', onData)
}
