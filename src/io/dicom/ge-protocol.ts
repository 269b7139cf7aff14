/** The compressed protocol block of GE scanners, element (0025,101B) -> slice order and view order. */
import { gunzipSync } from 'node:zlib'

export interface GeProtocol {
  /** 0 sequential, 1 interleaved. */
  readonly sliceOrder?: number
  /** 0 top down (phase encoding not flipped), 1 bottom up (flipped). */
  readonly viewOrder?: number
}

const maxBytes = 1 << 20

/**
 * Parses the protocol block: a little-endian length, then gzip of lines `KEY "VALUE"`.
 *
 * @param bytes - The value of the element.
 * @returns What it says of the order of slices and views; nothing when it cannot be read.
 * @throws Never.
 */
export function parseGeProtocol(bytes: Uint8Array): GeProtocol {
  const text = inflate(bytes)
  const sliceOrder = keyOf(text, 'SLICEORDER')
  const viewOrder = keyOf(text, 'VIEWORDER')
  return {
    ...(sliceOrder !== undefined && { sliceOrder }),
    ...(viewOrder !== undefined && { viewOrder }),
  }
}

function inflate(bytes: Uint8Array): string {
  if (bytes.length < 8) return ''
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  try {
    return gunzipSync(bytes.subarray(4, 4 + length), { maxOutputLength: maxBytes }).toString(
      'latin1',
    )
  } catch {
    // A damaged block costs the slice times, not the image.
    return ''
  }
}

function keyOf(text: string, key: string): number | undefined {
  const value = new RegExp(`(?:^|\\n)(?:set )?${key} "(\\d+)"`).exec(text)?.[1]
  return value === undefined ? undefined : Number(value)
}
