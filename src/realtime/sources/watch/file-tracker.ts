/** Looks at the entries of a folder over time -> which files are complete enough to be read now; a pure state machine that is told the time. */
import type { Sighting } from './sighting.ts'

export interface TrackerRule {
  /** How long a file that was written under its own name must be left alone before it is read. */
  readonly quietMs: number
  /** How long a file may be incomplete before somebody is told. */
  readonly patienceMs: number
}

/** What came of reading a file. */
export type ReadResult =
  | { readonly kind: 'taken' }
  /** Not whole yet: read again when it changes, or when it has been left alone for `againAfterMs`. */
  | { readonly kind: 'incomplete'; readonly found: string; readonly againAfterMs?: number }

/** A file that is to be read now. */
export interface Candidate {
  readonly sighting: Sighting
  /** Whether it appeared whole under its name; else it has only been left alone for a while. */
  readonly isRenamed: boolean
  /** How long it has been left alone. */
  readonly quietMs: number
  /** Whether this very file was taken before, with other content. */
  readonly isRewritten: boolean
}

export interface OverdueFile {
  readonly name: string
  readonly found: string
  readonly waitedMs: number
}

export interface FileTracker {
  /** Names that are still waited for. */
  readonly waiting: readonly string[]
  /** Remembers a file of another name, so that it is known again when it is renamed. */
  note(sighting: Sighting): void
  /** Whether it would make a difference to know that nothing was written under this name; finding that out takes time. */
  asksWhole(sighting: Sighting): boolean
  /** Takes a look at a file that may be a volume; `isWhole` when it is known that nothing was written under this name. */
  see(sighting: Sighting, nowMs: number, isWhole?: boolean): void
  /** The file is gone. */
  forget(name: string): void
  /** Files to be read now, by name. */
  due(nowMs: number): Candidate[]
  settle(name: string, result: ReadResult): void
  /** Files that somebody should be told about; each once per version. */
  overdue(nowMs: number): OverdueFile[]
  /** When `due` or `overdue` will have something new; null when nothing waits. */
  readonly deadlineMs: number | null
}

/** Files are renamed soon after they were written, so the latest names are enough. */
const maxNames = 4096

interface Tracked {
  sighting: Sighting
  sinceMs: number
  isRenamed: boolean
  takenIdentity: string | null
  state: 'waiting' | 'taken'
  /** How long the file must be left alone before it is read. */
  readAfterMs: number
  found: string
  isReported: boolean
}

/**
 * Makes a tracker without files.
 *
 * @param rule - Waiting times.
 * @returns The tracker. Times are those of any one clock that does not go back; those of the file system are only compared with each other.
 * @throws Never.
 * @remarks A file came by rename when it was seen before under another name, when nothing was written under this one, or when it was touched after
 *   its last write as early as it was first seen. Memory: one record per file.
 *   Linear in the files that wait, not in those of the folder.
 */
export function createFileTracker({ quietMs, patienceMs }: TrackerRule): FileTracker {
  const files = new Map<string, Tracked>()
  const waiting = new Set<string>()
  const names = new Map<string, string>()

  const note = ({ identity, name }: Sighting): boolean => {
    const isKnown = (names.get(identity) ?? name) !== name
    names.set(identity, name)
    if (names.size > maxNames)
      for (const oldest of [...names.keys()].slice(0, maxNames / 2)) names.delete(oldest)
    return isKnown
  }
  const asksWhole = ({ name, identity, version, isTouchedSince }: Sighting): boolean => {
    const known = files.get(name)
    if (known?.sighting.version === version)
      return known.state === 'waiting' && known.readAfterMs === quietMs
    const isSameFile = known?.sighting.identity === identity
    return !isSameFile && !isTouchedSince && (names.get(identity) ?? name) === name
  }
  const see = (sighting: Sighting, nowMs: number, isWhole = false): void => {
    const wasElsewhere = note(sighting)
    const known = files.get(sighting.name)
    if (known?.sighting.version === sighting.version) {
      // The notice of a name may come after the first look at it.
      if (isWhole && known.readAfterMs === quietMs) Object.assign(known, { isRenamed: true, readAfterMs: 0 }) // prettier-ignore
      return
    }
    const isSameFile = known?.sighting.identity === sighting.identity
    const isRenamed = !isSameFile && (wasElsewhere || isWhole || sighting.isTouchedSince)
    files.set(sighting.name, {
      sighting,
      sinceMs: nowMs,
      isRenamed,
      takenIdentity: known?.takenIdentity ?? null,
      state: 'waiting',
      readAfterMs: isRenamed ? 0 : quietMs,
      found: 'a file that is still being written',
      isReported: false,
    })
    waiting.add(sighting.name)
  }
  const pending = (): Tracked[] => [...waiting].sort().flatMap((name) => files.get(name) ?? [])

  return {
    get waiting() {
      return [...waiting]
    },
    note,
    asksWhole,
    see,
    forget(name) {
      const file = files.get(name)
      // The number stays known: the file may be on its way to another name.
      if (file !== undefined) files.delete(name)
      waiting.delete(name)
    },
    due: (nowMs) =>
      pending()
        .filter((file) => nowMs - file.sinceMs >= file.readAfterMs)
        .map(({ sighting, isRenamed, sinceMs, takenIdentity }) => ({
          sighting,
          isRenamed,
          quietMs: nowMs - sinceMs,
          isRewritten: takenIdentity === sighting.identity,
        })),
    settle(name, result) {
      const file = files.get(name)
      if (file === undefined) return
      if (result.kind === 'taken') {
        file.state = 'taken'
        file.takenIdentity = file.sighting.identity
        waiting.delete(name)
      } else {
        file.found = result.found
        file.readAfterMs = result.againAfterMs ?? Infinity
      }
    },
    overdue(nowMs) {
      // A file that is due will be read before anything is said of it.
      const late = pending().filter(({ isReported, sinceMs, readAfterMs }) => {
        const waitedMs = nowMs - sinceMs
        return !isReported && waitedMs >= patienceMs && waitedMs < readAfterMs
      })
      return late.map((file) => {
        file.isReported = true
        const { sighting, found, sinceMs } = file
        return { name: sighting.name, found, waitedMs: nowMs - sinceMs }
      })
    },
    get deadlineMs() {
      const times = pending().flatMap((file) => [
        file.sinceMs + file.readAfterMs,
        ...(file.isReported ? [] : [file.sinceMs + patienceMs]),
      ])
      const next = Math.min(...times)
      return Number.isFinite(next) ? next : null
    },
  }
}
