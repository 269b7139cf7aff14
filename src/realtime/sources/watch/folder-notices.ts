/** The system's own notices about a folder, where it gives any -> names of entries that may have changed. */
import { watch, type FSWatcher } from 'node:fs'

export interface FolderNotices {
  /** Whether the system tells of changes; it may stop to at any time. */
  readonly isActive: boolean
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
  const close = (): void => {
    watcher?.close()
    watcher = null
  }
  return {
    get isActive() {
      return watcher !== null
    },
    start() {
      if (watcher !== null) return
      try {
        watcher = watch(dir, { persistent: true }, (_, name) => {
          if (name !== null) onName(name)
        })
        watcher.on('error', close)
      } catch {
        watcher = null
      }
    },
    close,
  }
}
