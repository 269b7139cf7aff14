/** Volumes accepted in the order of the run -> what the decoder does next; a pure state machine that keeps a slow decoder on the newest volume. */

/** One index of the run that is to get its feedback. */
export type QueueItem<V> =
  | { readonly kind: 'decode'; readonly index: number; readonly volume: V }
  | { readonly kind: 'lost'; readonly index: number }
  | { readonly kind: 'skipped'; readonly index: number }

/** A volume that gave way. */
export interface SkippedVolume {
  readonly index: number
  readonly newest: number
  readonly backlog: number
}

export interface DecodeQueue<V> {
  readonly length: number
  /**
   * Adds the next index of the run.
   *
   * @returns The volumes that are not decoded because of it: all that were waiting, when they are more than `maxBacklog` with it.
   */
  push(item: QueueItem<V>): readonly SkippedVolume[]
  /** Takes the first item, undefined when there is none. */
  shift(): QueueItem<V> | undefined
  /** Takes everything out. */
  clear(): void
}

/**
 * Makes the queue before the decoder.
 *
 * @param maxBacklog - Volumes that may wait while another is decoded.
 * @returns The queue; it holds the voxels of at most `maxBacklog` volumes, and every index leaves it in order, skipped ones too.
 * @throws Never.
 */
export function createDecodeQueue<V>(maxBacklog: number): DecodeQueue<V> {
  let items: QueueItem<V>[] = []
  return {
    get length() {
      return items.length
    },
    push(item) {
      items.push(item)
      const waiting = items.filter(({ kind }) => kind === 'decode')
      if (item.kind !== 'decode' || waiting.length <= maxBacklog) return []
      items = items.map((one) =>
        one.kind === 'decode' && one !== item ? { kind: 'skipped', index: one.index } : one,
      )
      return waiting
        .slice(0, -1)
        .map(({ index }) => ({ index, newest: item.index, backlog: waiting.length }))
    },
    shift: () => items.shift(),
    clear() {
      items = []
    },
  }
}
