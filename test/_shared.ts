/** Where reference cases and real data lie: `LIMBIC_SHARED`, by default `../shared` beside the project. A newcomer has none of it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const sharedDir =
  process.env.LIMBIC_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url))

export const hasShared = existsSync(join(sharedDir, 'golden', 'index.json'))

/** Path below the shared folder. */
export const sharedPath = (...parts: string[]): string => join(sharedDir, ...parts)
