/** What AFNI sends to a stimulus program after each volume (motion, means of regions) -> bytes. Millimetres and degrees. */
import { hostIsBigEndian } from '../../io/endian.ts'

/** Where stimulus programs listen for AFNI. */
export const afniStimulusPort = 53_214

const helloBytes = 4
const hello = [0xab, 0xcd, 0xef, 0xab] as const
const goodbye = [0xde, 0xad, 0xde, 0xad] as const

/** What a stream carries after the six motion parameters. */
export type StimulusExtras =
  | { readonly version: 0 }
  /** `count` numbers: means of regions, or one for each voxel. */
  | { readonly version: 1 | 3; readonly count: number }
  /** `count` voxels with eight numbers each: index, i, j, k, x, y, z, value. */
  | { readonly version: 2; readonly count: number }
  /** Means of regions, then values of voxels. */
  | { readonly version: 4; readonly nRegions: number; readonly nVoxels: number }

/** One volume. */
export interface StimulusMessage {
  /** dx, dy, dz, roll, pitch, yaw. */
  readonly motion: readonly number[]
  readonly extras: readonly number[]
}

/**
 * The first bytes of a stream.
 *
 * @param extras - What follows the motion in each message.
 * @param isBigEndian - Byte order; that of this machine by default, as AFNI does.
 * @returns AB CD EF AB with the version added to the last byte, and its counts as int32.
 * @throws Never.
 */
export function encodeHello(extras: StimulusExtras, isBigEndian = hostIsBigEndian): Uint8Array {
  const counts = countsOf(extras)
  const bytes = Buffer.alloc(helloBytes + 4 * counts.length)
  hello.forEach((byte, i) => bytes.writeUInt8(i === 3 ? byte + extras.version : byte, i))
  counts.forEach((count, i) => {
    const place = helloBytes + 4 * i
    if (isBigEndian) bytes.writeInt32BE(count, place)
    else bytes.writeInt32LE(count, place)
  })
  return bytes
}

/**
 * The bytes of one volume.
 *
 * @param message - Motion and extras.
 * @param isBigEndian - Byte order.
 * @returns All numbers as float32.
 * @throws Never.
 */
export function encodeMessage(
  { motion, extras }: StimulusMessage,
  isBigEndian = hostIsBigEndian,
): Uint8Array {
  const values = [...motion, ...extras]
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, i) =>
    isBigEndian ? bytes.writeFloatBE(value, 4 * i) : bytes.writeFloatLE(value, 4 * i),
  )
  return bytes
}

/**
 * The last bytes of a stream.
 *
 * @returns DE AD DE AD.
 * @throws Never.
 */
export function encodeGoodbye(): Uint8Array {
  return Uint8Array.from(goodbye)
}

function countsOf(extras: StimulusExtras): readonly number[] {
  if (extras.version === 0) return []
  return extras.version === 4 ? [extras.nRegions, extras.nVoxels] : [extras.count]
}
