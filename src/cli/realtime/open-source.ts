/** Source options -> the one source of volumes of a session. */
import { LimbicError } from '../../core/errors/index.ts'
import { watchFolder } from '../../realtime/sources/watch/watch-folder.ts'
import type { VolumeSource } from '../../realtime/volume-source.ts'

export interface SourceOptions {
  readonly watch?: string
  readonly pattern?: string
  readonly firstIndex?: number
  readonly existing: 'use' | 'ignore'
  readonly poll?: number
  readonly quiet?: number
}

/**
 * Opens the source.
 *
 * @param options - As commander gives them.
 * @returns The source; it starts when it is iterated.
 * @throws {LimbicError} `OPTION_INVALID` unless exactly one source is named.
 */
export async function openSource(options: SourceOptions): Promise<VolumeSource> {
  const { watch, pattern, firstIndex, existing, poll, quiet } = options
  const named = [watch].filter((source) => source !== undefined)
  if (named.length !== 1)
    throw new LimbicError('OPTION_INVALID', {
      option: 'the source',
      expected: '--watch DIR',
      found: named.length === 0 ? 'none' : `${named.length} of them`,
    })
  return await Promise.resolve(
    watchFolder({
      dir: watch ?? '',
      existing,
      ...(pattern === undefined ? {} : { pattern }),
      ...(firstIndex === undefined ? {} : { firstIndex }),
      ...(poll === undefined ? {} : { pollMs: poll }),
      ...(quiet === undefined ? {} : { quietMs: quiet }),
    }),
  )
}
