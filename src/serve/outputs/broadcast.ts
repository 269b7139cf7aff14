/** One text, many clients: sends it to all that keep up, and lets none of the others slow the session or fill the memory. */

/** One listener at the end of a connection. */
export interface BroadcastClient {
  /** Bytes that were sent and have not left this machine. */
  buffered(): number
  write(text: string): void
  /** Closes the connection at once. */
  drop(): void
}

export interface BroadcastLimits {
  /** Above this many waiting bytes a client is passed over. */
  readonly limitBytes: number
  /** A client that was passed over for this long is dropped. */
  readonly patienceMs: number
  readonly now: () => number
}

export interface Broadcast {
  /** Adds a client; call the result when it has gone. */
  add(client: BroadcastClient, onDrop: () => void): () => void
  /** Sends to every client that keeps up. Never waits, never throws. */
  send(text: string): void
  readonly size: number
  /** Drops everybody. */
  close(): void
}

export const defaultLimits: BroadcastLimits = {
  limitBytes: 256 * 1024,
  patienceMs: 10_000,
  now: () => performance.now(),
}

interface Entry {
  readonly client: BroadcastClient
  readonly onDrop: () => void
  passedOverSince: number | undefined
}

/**
 * Makes a broadcast.
 *
 * @param limits - When a client is passed over, and when it is dropped.
 * @returns The broadcast, without clients.
 * @throws Never.
 * @remarks A client holds at most `limitBytes` and one message more; feedback that it was passed over for can be asked for by volume.
 */
export function createBroadcast(limits: Partial<BroadcastLimits> = {}): Broadcast {
  const { limitBytes, patienceMs, now } = { ...defaultLimits, ...limits }
  const entries = new Set<Entry>()
  const drop = (entry: Entry): void => {
    if (!entries.delete(entry)) return
    entry.client.drop()
    entry.onDrop()
  }
  return {
    add: (client, onDrop) => {
      const entry: Entry = { client, onDrop, passedOverSince: undefined }
      entries.add(entry)
      return () => entries.delete(entry)
    },
    send: (text) => {
      for (const entry of [...entries]) {
        if (entry.client.buffered() <= limitBytes) {
          entry.passedOverSince = undefined
          entry.client.write(text)
        } else {
          entry.passedOverSince ??= now()
          if (now() - entry.passedOverSince >= patienceMs) drop(entry)
        }
      }
    },
    get size() {
      return entries.size
    },
    close: () => {
      for (const { client } of entries) client.drop()
      entries.clear()
    },
  }
}
