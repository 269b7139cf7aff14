/** Events that files and sockets bring, at any time -> one ordered stream for one reader, with a way to wait until it has caught up. */
import type { SourceEvent } from '../volume-source.ts'

/** What a source writes its arrivals into, and the session reads. */
export interface ArrivalQueue extends AsyncIterable<SourceEvent> {
  /** Events that nobody has taken yet. */
  readonly length: number
  push(event: SourceEvent): void
  /** Nothing follows what is in the queue. */
  end(): void
  /** Resolves when fewer than `limit` events wait, or the queue has ended; sources read on only then, so that memory stays bounded. */
  room(limit: number): Promise<void>
}

/**
 * Makes an empty queue.
 *
 * @returns The queue. It is iterated once; leaving the loop ends it. What is pushed after the end is dropped.
 * @throws Never.
 */
export function createArrivalQueue(): ArrivalQueue {
  const events: SourceEvent[] = []
  let ended = false
  let wakeReader = (): void => undefined
  let waiting: { readonly limit: number; readonly resolve: () => void }[] = []

  const wakeWriters = (): void => {
    const ready = waiting.filter(({ limit }) => ended || events.length < limit)
    waiting = waiting.filter((one) => !ready.includes(one))
    for (const { resolve } of ready) resolve()
  }
  const end = (): void => {
    ended = true
    wakeReader()
    wakeWriters()
  }
  const next = async (): Promise<IteratorResult<SourceEvent, undefined>> => {
    for (;;) {
      const event = events.shift()
      if (event !== undefined) {
        wakeWriters()
        return { done: false, value: event }
      }
      if (ended) return { done: true, value: undefined }
      await new Promise<void>((resolve) => (wakeReader = resolve))
    }
  }
  return {
    get length() {
      return events.length
    },
    push(event) {
      if (ended) return
      events.push(event)
      wakeReader()
    },
    end,
    room: (limit) =>
      ended || events.length < limit
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ limit, resolve })),
    [Symbol.asyncIterator]: () => ({
      next,
      return() {
        events.length = 0
        end()
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
}
