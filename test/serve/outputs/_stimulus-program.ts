/** What a stimulus program does with the bytes that AFNI sends: reads them, one message at a time, as they come. */
import type { StimulusExtras, StimulusMessage } from '../../../src/serve/outputs/afni-stimulus.ts'
import { hostIsBigEndian } from '../../../src/io/endian.ts'

const helloBytes = 4
const hello = [0xab, 0xcd, 0xef, 0xab] as const
const goodbye = [0xde, 0xad, 0xde, 0xad] as const
const nMotion = 6
const valuesPerVoxel = 8

/**
 * Reads the first bytes of a stream.
 *
 * @param bytes - From its beginning.
 * @param isBigEndian - Byte order.
 * @returns What the stream carries, and the bytes that say so; null when there are too few of them yet, undefined when it is no such stream.
 * @throws Never.
 */
export function parseHello(
  bytes: Uint8Array,
  isBigEndian = hostIsBigEndian,
): { readonly extras: StimulusExtras; readonly nBytes: number } | null | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!hello.slice(0, 3).every((byte, i) => i >= view.length || view[i] === byte)) return undefined
  if (view.length < helloBytes) return null
  const version = view.readUInt8(3) - hello[3]
  if (version < 0 || version > 4) return undefined
  const nCounts = version === 0 ? 0 : version === 4 ? 2 : 1
  const nBytes = helloBytes + 4 * nCounts
  if (view.length < nBytes) return null
  const count = (i: number): number =>
    isBigEndian ? view.readInt32BE(helloBytes + 4 * i) : view.readInt32LE(helloBytes + 4 * i)
  const counts = Array.from({ length: nCounts }, (_, i) => count(i))
  const [first = 0, second = 0] = counts
  if (counts.some((value) => value < 0 || value > maxCount)) return undefined
  return { extras: extrasOf(version, first, second), nBytes }
}

const maxCount = 2 ** 24

/**
 * Reads the next volume of a stream, or its end.
 *
 * @param bytes - After the hello, or after the message before.
 * @param extras - What the hello announced.
 * @param isBigEndian - Byte order.
 * @returns The message and its length; `goodbye` at the end of the stream; null when there are too few bytes yet.
 * @throws Never.
 */
export function parseMessage(
  bytes: Uint8Array,
  extras: StimulusExtras,
  isBigEndian = hostIsBigEndian,
): { readonly message: StimulusMessage; readonly nBytes: number } | 'goodbye' | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length >= goodbye.length && goodbye.every((byte, i) => view[i] === byte))
    return 'goodbye'
  const nValues = nMotion + nExtrasOf(extras)
  if (view.length < 4 * nValues) return null
  const values = Array.from({ length: nValues }, (_, i) =>
    isBigEndian ? view.readFloatBE(4 * i) : view.readFloatLE(4 * i),
  )
  const message = { motion: values.slice(0, nMotion), extras: values.slice(nMotion) }
  return { message, nBytes: 4 * nValues }
}

function extrasOf(version: number, first: number, second: number): StimulusExtras {
  if (version === 4) return { version, nRegions: first, nVoxels: second }
  if (version === 1 || version === 2 || version === 3) return { version, count: first }
  return { version: 0 }
}

function nExtrasOf(extras: StimulusExtras): number {
  if (extras.version === 2) return extras.count * valuesPerVoxel
  if (extras.version === 0) return 0
  return extras.version === 4 ? extras.nRegions + extras.nVoxels : extras.count
}
