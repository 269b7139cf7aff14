/** What the file system says of an entry at one moment; times and numbers as exact as it gives them. */
import type { BigIntStats } from 'node:fs'

/** One look at an entry of the watched folder. */
export interface Sighting {
  readonly name: string
  readonly kind: 'file' | 'link' | 'folder' | 'other'
  readonly size: number
  /** Tells a file from another under the same name, and knows it again under another one. */
  readonly identity: string
  /** Changes whenever the content does. */
  readonly version: string
  /** Whether the last thing that happened to the file was no write: it was renamed, or its times or rights were set. */
  readonly isTouchedSince: boolean
}

/**
 * What a `stat` says.
 *
 * @param name - Name of the entry.
 * @param stats - Taken without following links.
 * @returns The sighting.
 * @throws Never.
 * @remarks Numbers of deleted files are given to new ones, so the time of birth is part of the identity. Where the file system does not know it,
 *   a renamed file counts as a new one, which costs the quiet time and nothing else.
 */
export function sightingOf(name: string, stats: BigIntStats): Sighting {
  const { dev, ino, size, birthtimeNs, mtimeNs, ctimeNs } = stats
  const identity = `${dev}:${ino}:${birthtimeNs}`
  return {
    name,
    kind: kindOf(stats),
    size: Number(size),
    identity,
    version: `${identity}:${size}:${mtimeNs}`,
    isTouchedSince: ctimeNs > mtimeNs,
  }
}

function kindOf(stats: BigIntStats): Sighting['kind'] {
  if (stats.isFile()) return 'file'
  if (stats.isSymbolicLink()) return 'link'
  return stats.isDirectory() ? 'folder' : 'other'
}
