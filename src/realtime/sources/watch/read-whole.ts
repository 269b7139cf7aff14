/** A file of a watched folder -> its bytes, if it is a plain file of bearable size that did not change meanwhile. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { sightingOf, type Sighting } from './sighting.ts'

/** Larger files are no single volumes. */
export const maxFileBytes = 1024 * 1024 * 1024

export type WholeFile =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Gone, changed while it was read, or not readable now. */
  | { readonly kind: 'unreadable'; readonly found: string }

/**
 * Reads a file that was seen before.
 *
 * @param dir - The folder.
 * @param sighting - How it was seen last.
 * @returns Its bytes; `unreadable` when it is gone, was replaced by a link or something else, or changed before the last byte was read.
 * @throws Never.
 * @remarks Links are not followed, and pipes are not waited for, even if they took the place of the file after it was seen.
 */
export async function readWhole(dir: string, sighting: Sighting): Promise<WholeFile> {
  try {
    return await readSighted(join(dir, sighting.name), sighting)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { kind: 'unreadable', found: code ?? message }
  }
}

async function readSighted(file: string, sighting: Sighting): Promise<WholeFile> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  // Windows has neither of the two flags.
  const handle = await open(file, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0))
  try {
    const before = sightingOf(sighting.name, await handle.stat({ bigint: true }))
    if (before.kind !== 'file') return { kind: 'unreadable', found: 'no regular file' }
    if (before.version !== sighting.version) return changed
    if (before.size > maxFileBytes)
      return { kind: 'unreadable', found: `${before.size} bytes, more than any volume has` }
    const bytes = new Uint8Array(before.size)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled)
      if (bytesRead === 0) return changed
      filled += bytesRead
    }
    const after = sightingOf(sighting.name, await handle.stat({ bigint: true }))
    return after.version === before.version ? { kind: 'bytes', bytes } : changed
  } finally {
    await handle.close()
  }
}

const changed: WholeFile = { kind: 'unreadable', found: 'a file that is still being written' }
