/** What every output of a session is to whoever opened it. */

export interface Output {
  /** What it does, in words: `udp 127.0.0.1:5005 (text, probability of happy)`. */
  readonly description: string
  /** Says goodbye where the format has a word for it, and frees sockets. */
  close(): Promise<void>
}
