/** Raw voxels of a frame <-> float32 values in the byte order of the host, x fastest. */
import type { VolumeDatatype } from '../../../core/schemas/volume-header.ts'
import { hostIsBigEndian, swapBytes } from '../../../io/endian.ts'
import type { VolumeFrame } from './frame-reader.ts'

const views = {
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Record<VolumeDatatype, unknown>

/** Arrays that a frame can carry as they are. */
export type FrameArray = Int16Array | Uint16Array | Int32Array | Float32Array | Float64Array

/**
 * The values of a frame.
 *
 * @param frame - Header and body; the body is changed in place when it has the other byte order.
 * @returns One float32 value per voxel. Those of int32 and float64 are rounded to the nearest.
 * @throws Never, for a frame whose body is as long as its header says.
 * @remarks O(voxels).
 */
export function voxelsOfFrame({ header, body }: VolumeFrame): Float32Array {
  const View = views[header.dtype]
  const size = View.BYTES_PER_ELEMENT
  // Bodies of their own begin at 0; a copy is only made where one does not lie at a multiple of its element size.
  const bytes = body.byteOffset % size === 0 ? body : Uint8Array.from(body)
  if ((header.order === 'big') !== hostIsBigEndian) swapBytes(bytes, size)
  const stored = new View(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / size)
  return stored instanceof Float32Array ? stored : Float32Array.from(stored)
}

/**
 * The type of an array that a frame can carry.
 *
 * @param data - The voxels.
 * @returns Its name in the header.
 * @throws Never.
 * @example
 * const name = datatypeOfArray(new Int16Array(1)) // name = 'int16'
 */
export function datatypeOfArray(data: FrameArray): VolumeDatatype {
  if (data instanceof Int16Array) return 'int16'
  if (data instanceof Uint16Array) return 'uint16'
  if (data instanceof Int32Array) return 'int32'
  return data instanceof Float32Array ? 'float32' : 'float64'
}
