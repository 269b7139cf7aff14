/** Volumes in the order in which they arrive -> what becomes of each, in the order of the run; a pure state machine that is told the time. */

/** What the buffer needs to know of a volume. */
export interface Arrival {
  /** 0-based index in the run. */
  readonly index: number
  readonly sha256: string
}

export interface OrderPolicy {
  readonly firstVolume: number
  readonly maxParked: number
  readonly maxWaitMs: number
  readonly maxGap: number
}

export type OrderDecision<V extends Arrival> =
  /** The next of the run: every index is accepted at most once, and in ascending order. */
  | { readonly type: 'accept'; readonly volume: V }
  | { readonly type: 'parked'; readonly volume: V; readonly waitingFor: number }
  | { readonly type: 'lost'; readonly index: number; readonly waitedMs: number }
  /** Arrived after it was given up. */
  | { readonly type: 'late'; readonly volume: V }
  | { readonly type: 'duplicate'; readonly volume: V }
  | { readonly type: 'conflict'; readonly volume: V; readonly keptSha256: string }
  /** Too far ahead to be believed. */
  | { readonly type: 'refused'; readonly volume: V; readonly expected: number }

/** What is known of the indices before `expected`, when a session goes on. */
export interface OrderHistory {
  readonly expected: number
  /** Hash of every volume that has arrived, late ones included; whatever is missing below `expected` was lost. */
  readonly hashes: ReadonlyMap<number, string>
}

export interface OrderBuffer<V extends Arrival> {
  /** The index that is accepted next. */
  readonly expected: number
  readonly nParked: number
  /** Time at which `tick` will have something to decide; null while nothing waits. */
  readonly deadlineMs: number | null
  arrive(volume: V, nowMs: number): OrderDecision<V>[]
  tick(nowMs: number): OrderDecision<V>[]
  /** Nothing follows: what is parked is let through, gaps before it are lost. */
  end(nowMs: number): OrderDecision<V>[]
}

/**
 * Makes the buffer between a source and the decoder.
 *
 * @param policy - When to wait, and when to give up.
 * @param history - What a session that goes on has seen.
 * @returns The buffer. Times are those of any one clock that does not go back.
 * @throws Never.
 * @remarks A volume is released at the latest at the first call after it has waited `maxWaitMs`. Holds at most `maxParked` volumes between calls, and
 *   one hash per index.
 */
export function createOrderBuffer<V extends Arrival>(
  policy: OrderPolicy,
  history?: OrderHistory,
): OrderBuffer<V> {
  const { maxParked, maxWaitMs, maxGap } = policy
  const hashes = new Map(history?.hashes)
  const parked = new Map<number, { readonly volume: V; readonly sinceMs: number }>()
  let expected = history?.expected ?? policy.firstVolume

  const deadline = (): number | null =>
    parked.size === 0
      ? null
      : Math.min(...[...parked.values()].map(({ sinceMs }) => sinceMs)) + maxWaitMs

  const arrive = (volume: V, nowMs: number): OrderDecision<V>[] => {
    const { index, sha256 } = volume
    const kept = hashes.get(index)
    if (kept === sha256) return [{ type: 'duplicate', volume }]
    if (kept !== undefined) return [{ type: 'conflict', volume, keptSha256: kept }]
    if (index > expected + maxGap) return [{ type: 'refused', volume, expected }]
    hashes.set(index, sha256)
    if (index < expected) return [{ type: 'late', volume }]
    if (index === expected) {
      expected += 1
      return [{ type: 'accept', volume }, ...releaseConsecutive(), ...giveUp(nowMs)]
    }
    parked.set(index, { volume, sinceMs: nowMs })
    return [{ type: 'parked', volume, waitingFor: expected }, ...giveUp(nowMs)]
  }

  /** As long as too many wait, or one has waited too long, the gap before the first of them is lost. */
  const giveUp = (nowMs: number): OrderDecision<V>[] => {
    const decisions: OrderDecision<V>[] = []
    for (let due = deadline(); due !== null; due = deadline()) {
      if (parked.size <= maxParked && nowMs < due) break
      decisions.push(...skipGap(nowMs))
    }
    return decisions
  }

  const skipGap = (nowMs: number): OrderDecision<V>[] => {
    const first = Math.min(...parked.keys())
    const waitedMs = nowMs - Math.min(...[...parked.values()].map(({ sinceMs }) => sinceMs))
    const lost: OrderDecision<V>[] = []
    for (; expected < first; expected++) lost.push({ type: 'lost', index: expected, waitedMs })
    return [...lost, ...releaseConsecutive()]
  }

  const releaseConsecutive = (): OrderDecision<V>[] => {
    const released: OrderDecision<V>[] = []
    for (let next = parked.get(expected); next !== undefined; next = parked.get(expected)) {
      parked.delete(expected)
      expected += 1
      released.push({ type: 'accept', volume: next.volume })
    }
    return released
  }

  return {
    get expected() {
      return expected
    },
    get nParked() {
      return parked.size
    },
    get deadlineMs() {
      return deadline()
    },
    arrive,
    tick: giveUp,
    end(nowMs) {
      const decisions: OrderDecision<V>[] = []
      while (parked.size > 0) decisions.push(...skipGap(nowMs))
      return decisions
    },
  }
}
