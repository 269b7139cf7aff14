/** BIDS file names <-> their entities, suffix and extension. Labels are without prefix: `01`, not `sub-01`. */
import { basename } from 'node:path'
import type { RunId } from '../../core/types.ts'

/** What a BIDS file name says. */
export interface BidsName {
  /** Entity key -> label, in the order of the name. */
  readonly entities: Readonly<Record<string, string>>
  /** Last part of the name: `bold`, `events`, `mask`. */
  readonly suffix: string
  /** From the first dot on: `.nii.gz`, `.tsv`. */
  readonly extension: string
}

/**
 * Parses a BIDS file name.
 *
 * @param file - Path or name.
 * @returns Its parts, or undefined when it is no BIDS name (an entity without label or given twice, no suffix).
 * @throws Never.
 * @example
 * const name = parseBidsName('sub-01_task-rest_bold.nii.gz') // name = { entities: { sub: '01', task: 'rest' }, suffix: 'bold', extension: '.nii.gz' }
 */
export function parseBidsName(file: string): BidsName | undefined {
  const [, stem, extension] = /^([^.]+)(\..+)$/.exec(basename(file)) ?? []
  if (stem === undefined || extension === undefined) return undefined
  const parts = stem.split('_')
  const suffix = parts.pop()!
  if (suffix === '' || suffix.includes('-')) return undefined
  const pairs = parts.map((part) => /^([a-zA-Z0-9]+)-(.+)$/.exec(part))
  const entities: [string, string][] = pairs.flatMap((pair) => (pair ? [[pair[1]!, pair[2]!]] : []))
  const keys = new Set(entities.map(([key]) => key))
  if (keys.size !== parts.length) return undefined
  return { entities: Object.fromEntries(entities), suffix, extension }
}

/**
 * The run that a BOLD file belongs to.
 *
 * @param name - The parsed name.
 * @returns The run id, `run` being '1' where the name has none; undefined without subject or task.
 * @throws Never.
 */
export function runIdOf({ entities }: BidsName): RunId | undefined {
  const { sub, ses, task, run } = entities
  if (sub === undefined || task === undefined) return undefined
  const session = ses === undefined ? {} : { session: ses }
  return { subject: sub, ...session, task, run: run ?? '1' }
}
