/** Feedback -> a stream of the Lab Streaming Layer, one channel per class; its library is a package that the user adds. */
import { LimbicError } from '../../core/errors/index.ts'
import type { SessionHub } from '../hub.ts'
import type { Output } from './output.ts'

/** What is used of the package: the functions of liblsl under their own names, as `node-lsl` has them. */
interface LslLibrary {
  readonly channel_format_t: { readonly cft_double64?: number; readonly cft_float32: number }
  readonly FloatArray: new (values: number[]) => unknown
  create_streaminfo(
    name: string,
    type: string,
    nChannels: number,
    rate: number,
    format: number,
    sourceId: string,
  ): unknown
  get_desc(info: unknown): unknown
  append_child(parent: unknown, name: string): unknown
  append_child_value(parent: unknown, name: string, value: string): unknown
  create_outlet(info: unknown, chunkSize: number, maxBuffered: number): unknown
  local_clock(): number
  push_sample_ft(outlet: unknown, sample: unknown, time: number): number
  destroy_outlet(outlet: unknown): void
}

export interface LslOptions {
  readonly classes: readonly string[]
  /** Name of the stream. */
  readonly name: string
  /** Package that has the library; `node-lsl` by default. */
  readonly packageName?: string
  /** How the package is loaded. */
  readonly load?: (name: string) => Promise<unknown>
}

export const defaultLslPackage = 'node-lsl'
const maxBufferedSeconds = 360

/**
 * Opens the stream: irregular rate, type `Feedback`, float32. A volume without feedback sends nothing.
 *
 * @param hub - The session's hub.
 * @param options - Channels and name.
 * @returns The output.
 * @throws {LimbicError} `OUTPUT_PACKAGE_MISSING` when the package is not installed or its library cannot be loaded here.
 */
export async function openLslOutput(hub: SessionHub, options: LslOptions): Promise<Output> {
  const { classes, name, packageName = defaultLslPackage } = options
  const { load = (specifier: string) => import(specifier) } = options
  const lsl = await loadLibrary(packageName, load)
  const format = lsl.channel_format_t.cft_float32
  const info = lsl.create_streaminfo(name, 'Feedback', classes.length, 0, format, `limbic-${name}`)
  const channels = lsl.append_child(lsl.get_desc(info), 'channels')
  for (const label of classes) {
    const channel = lsl.append_child(channels, 'channel')
    lsl.append_child_value(channel, 'label', label)
    lsl.append_child_value(channel, 'unit', 'probability')
  }
  const outlet = lsl.create_outlet(info, 0, maxBufferedSeconds)
  const unsubscribe = hub.subscribe((event) => {
    if (event.type !== 'feedback' || event.feedback.smoothed === null) return
    const { smoothed } = event.feedback
    const sample = new lsl.FloatArray(classes.map((label) => smoothed[label] ?? 0))
    lsl.push_sample_ft(outlet, sample, lsl.local_clock())
  })
  return {
    description: `LSL stream "${name}" (${classes.join(', ')})`,
    close: () => {
      unsubscribe()
      lsl.destroy_outlet(outlet)
      return Promise.resolve()
    },
  }
}

async function loadLibrary(
  packageName: string,
  load: (name: string) => Promise<unknown>,
): Promise<LslLibrary> {
  try {
    const loaded = (await load(packageName)) as { default?: LslLibrary } & LslLibrary
    return loaded.default ?? loaded
  } catch (error) {
    throw new LimbicError('OUTPUT_PACKAGE_MISSING', {
      output: '--lsl',
      package: packageName,
      reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
    })
  }
}
