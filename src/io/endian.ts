/** Turns bytes of one byte order into the other, in place; the typed arrays of limbic are in the order of the host. */
import { endianness } from 'node:os'

export const hostIsBigEndian = endianness() === 'BE'

/**
 * Reverses the bytes of every element.
 *
 * @param bytes - The elements; length must be a multiple of `size`. Changed in place.
 * @param size - Bytes per element: 1, 2, 4 or 8.
 * @returns Nothing.
 * @throws Never, when the length is a multiple of `size`.
 */
export function swapBytes(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (size === 2) buffer.swap16()
  else if (size === 4) buffer.swap32()
  else if (size === 8) buffer.swap64()
}
