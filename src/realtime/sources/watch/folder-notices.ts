/** The system's own notices about a folder, where it gives any -> names of entries that may have changed. */
import { watch, type FSWatcher } from 'node:fs'

/** inotify tells of every write by a notice of its own, in order; other systems join them. */
const tellsWrites = process.platform === 'linux'

export interface FolderNotices {
  /** Whether the system tells of changes; it may stop to at any time. */
  readonly isActive: boolean
  /**
   * Whether the system told that this name appeared, and of no write to it since. What such a file holds was written under another name. False
   * where the system does not tell the two apart.
   */
  hasOnlyAppeared(name: string): boolean
  forget(name: string): void
  /** Starts to listen, if it does not yet and the folder exists. */
  start(): void
  close(): void
}

/**
 * Listens to a folder.
 *
 * @param dir - The folder; it may not exist yet.
 * @param onName - Called with the name of an entry that was made, changed, renamed or removed.
 * @returns The notices, not started.
 * @throws Never. Whoever uses them must look at the folder anyway: notices are lost, and network drives give none.
 */
export function folderNotices(dir: string, onName: (name: string) => void): FolderNotices {
  let watcher: FSWatcher | null = null
  const untouched = new Set<string>()
  const close = (): void => {
    watcher?.close()
    watcher = null
    untouched.clear()
  }
  return {
    get isActive() {
      return watcher !== null
    },
    hasOnlyAppeared: (name) => tellsWrites && untouched.has(name),
    forget: (name) => void untouched.delete(name),
    start() {
      if (watcher !== null) return
      try {
        watcher = watch(dir, { persistent: true }, (event, name) => {
          if (name === null) return
          if (event === 'rename') untouched.add(name)
          else untouched.delete(name)
          onName(name)
        })
        watcher.on('error', close)
      } catch {
        watcher = null
      }
    },
    close,
  }
}
