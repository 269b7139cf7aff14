/** The string that a program writes to AFNI's control port, which names the channel for its images <-> that channel. */
import { LimbicError } from '../../../core/errors/index.ts'

/** Where AFNI listens for control strings. */
export const afniControlPort = 7954
/** Where image sources usually want their data channel. */
export const afniDataPort = 7953

/**
 * What is written to the control port.
 *
 * @param host - Where AFNI runs, as the sender calls it.
 * @param port - Of the data channel.
 * @returns The bytes, a zero at the end.
 * @throws Never.
 */
export function formatControlString(host: string, port: number): Uint8Array {
  return new TextEncoder().encode(`tcp:${host}:${port}\0`)
}

/**
 * Reads a control string.
 *
 * @param text - Without the zero at its end. Its second line, if any, names a program for AFNI to run, and is never run here.
 * @param where - Address of the sender, for messages.
 * @returns The port that the sender will connect to.
 * @throws {LimbicError} `RT_AFNI_INVALID` for shared memory and for anything else but `tcp:host:port` with a port from 1024 on.
 * @example
 * const port = parseControlString('tcp:localhost:7953', 'scanner') // port = 7953
 */
export function parseControlString(text: string, where: string): number {
  const [channel = ''] = text.split('\n')
  const port = Number(/^tcp:[\w.:*-]{1,255}:(\d{1,5})\s*$/.exec(channel)?.[1])
  if (port >= 1024 && port < 65_536) return port
  throw new LimbicError('RT_AFNI_INVALID', {
    where,
    expected: 'a control string such as tcp:HOST:7953',
    found: JSON.stringify(channel.slice(0, 80)),
  })
}
