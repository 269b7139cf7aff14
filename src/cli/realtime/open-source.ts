/** Source options -> the one source of volumes of a session. */
import { LimbicError } from '../../core/errors/index.ts'
import { afniSource } from '../../realtime/sources/afni/afni-source.ts'
import { replaySource } from '../../realtime/sources/replay-source.ts'
import { tcpSource } from '../../realtime/sources/tcp/tcp-source.ts'
import { watchFolder } from '../../realtime/sources/watch/watch-folder.ts'
import type { WatchFolderOptions, WatchFormat } from '../../realtime/sources/watch/watch-options.ts'
import type { VolumeSource } from '../../realtime/volume-source.ts'
import { parseAddress } from './options.ts'

export interface SourceOptions {
  readonly watch?: string
  readonly pattern?: string
  readonly firstIndex?: number
  readonly existing: 'use' | 'ignore'
  readonly poll?: number
  readonly quiet?: number
  readonly patience?: number
  readonly notify?: boolean
  readonly format?: WatchFormat
  readonly series?: number
  readonly slices?: number
  readonly tcp?: string
  readonly afni?: string | true
  readonly replay?: string
  readonly replayTiming: 'original' | 'fast'
  readonly tr?: number
  readonly peer: readonly string[]
}

/**
 * Opens the source.
 *
 * @param options - As commander gives them.
 * @returns The source; it starts when it is iterated.
 * @throws {LimbicError} `OPTION_INVALID` unless exactly one source is named; as the source.
 */
export async function openSource(options: SourceOptions): Promise<VolumeSource> {
  const { watch, tcp, afni, replay, peer: peers } = options
  const named = Object.entries({ watch, tcp, afni, replay }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`],
  )
  if (named.length !== 1)
    throw new LimbicError('OPTION_INVALID', {
      option: 'the source',
      expected: 'one of --watch DIR, --tcp PORT, --afni and --replay PATH',
      found: named.length === 0 ? 'none' : named.join(' and '),
    })
  if (tcp !== undefined) return await tcpSource({ ...parseAddress('--tcp', tcp), peers })
  if (afni === true) return await afniSource({ peers })
  if (afni !== undefined) return await afniSource({ ...parseAddress('--afni', afni), peers })
  if (replay !== undefined)
    return await replaySource({
      ...{ input: replay, timing: options.replayTiming },
      ...(options.tr === undefined ? {} : { trSeconds: options.tr }),
    })
  return watchFolder(readWatchOptions(watch ?? '', options))
}

function readWatchOptions(dir: string, options: SourceOptions): WatchFolderOptions {
  const { pattern, firstIndex, existing, poll, quiet, patience, notify, format, series, slices } =
    options
  return {
    dir,
    existing,
    ...(pattern === undefined ? {} : { pattern }),
    ...(firstIndex === undefined ? {} : { firstIndex }),
    ...(poll === undefined ? {} : { pollMs: poll }),
    ...(quiet === undefined ? {} : { quietMs: quiet }),
    ...(patience === undefined ? {} : { patienceMs: patience }),
    ...(notify === undefined ? {} : { notify }),
    ...(format === undefined ? {} : { format }),
    ...(series === undefined ? {} : { series }),
    ...(slices === undefined ? {} : { slices }),
  }
}
