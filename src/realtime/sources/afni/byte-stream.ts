/** A socket -> exactly the bytes that are asked for, in bounded memory and time. */
import type { Socket } from 'node:net'

export interface ByteStream {
  /** The next `count` bytes; fewer when the connection ends or is silent for `timeoutMs`. */
  take(count: number, timeoutMs: number): Promise<Uint8Array>
  /** The bytes before the next zero, which is left out; null when there is none among `max` bytes, or in `timeoutMs`. */
  takeUntilZero(max: number, timeoutMs: number): Promise<Uint8Array | null>
  /** Whether nothing follows. */
  readonly isEnded: boolean
}

/**
 * Reads a socket as a stream.
 *
 * @param socket - Connected; nobody else may read it.
 * @returns The stream. The sender is held while nobody asks for bytes.
 * @throws Never.
 */
export function byteStream(socket: Socket): ByteStream {
  let chunks: Uint8Array[] = []
  let length = 0
  let isEnded = false
  let wake = (): void => undefined
  socket.on('data', (chunk: Buffer) => {
    socket.pause()
    chunks.push(chunk)
    length += chunk.length
    wake()
  })
  const end = (): void => {
    isEnded = true
    wake()
  }
  for (const event of ['end', 'close', 'error']) socket.on(event, end)
  socket.pause()

  /** Waits for more than `known` bytes; false when none come. */
  const more = async (known: number, endMs: number): Promise<boolean> => {
    while (length <= known && !isEnded && performance.now() < endMs)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(endMs - performance.now(), longestTimerMs))
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
        socket.resume()
      })
    return length > known
  }
  const give = (count: number): Uint8Array => {
    const all = Buffer.concat(chunks)
    const rest = all.subarray(count)
    chunks = rest.length > 0 ? [rest] : []
    length = rest.length
    return all.subarray(0, count)
  }
  return {
    get isEnded() {
      return isEnded && length === 0
    },
    async take(count, timeoutMs) {
      const endMs = performance.now() + timeoutMs
      while (length < count && (await more(length, endMs)));
      return give(count)
    },
    async takeUntilZero(max, timeoutMs) {
      const endMs = performance.now() + timeoutMs
      for (;;) {
        const zero = Buffer.concat(chunks).indexOf(0)
        if (zero >= 0 && zero <= max) {
          const text = give(zero)
          give(1)
          return text
        }
        if (zero > max || length > max || !(await more(length, endMs))) return null
      }
    },
  }
}

/** Longer timers fire at once. */
const longestTimerMs = 2 ** 31 - 1
