/** Who was not let in -> at most so many lines of the session's log as a person can read. */
import type { SessionHub } from './hub.ts'

export interface Refusal {
  /** As `http`, `websocket`, `pyneal`. */
  readonly transport: string
  /** Address of the other side, as far as it is known. */
  readonly address: string
  readonly reason: string
}

/** Takes down a refusal. */
export type Refuse = (refusal: Refusal) => void

/**
 * Writes refusals into the log, and only counts them when they come in floods: a log that an attacker can fill would end the session.
 *
 * @param hub - The session's hub.
 * @param options - `perWindow`: refusals that are written in full within `windowMs`; `now`: milliseconds.
 * @returns Takes down a refusal.
 * @throws Never.
 */
export function createRefusalLog(
  hub: Pick<SessionHub, 'report'>,
  {
    perWindow = 20,
    windowMs = 10_000,
    now = (): number => performance.now(),
  }: { perWindow?: number; windowMs?: number; now?: () => number } = {},
): Refuse {
  let windowStart = -Infinity
  let count = 0
  return ({ transport, address, reason }) => {
    if (now() - windowStart >= windowMs) {
      if (count > perWindow)
        hub.report({
          type: 'client.refused',
          transport: 'all',
          address: 'several',
          reason: `${count - perWindow} more refusals were only counted`,
        })
      windowStart = now()
      count = 0
    }
    count += 1
    if (count <= perWindow)
      hub.report({ type: 'client.refused', transport, address, reason: reason.slice(0, 200) })
  }
}
