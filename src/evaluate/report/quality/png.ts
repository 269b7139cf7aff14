/** Pixels, row by row from the top, 8 bits a channel -> a PNG file, and its address as inline data. */
import { crc32, deflateSync } from 'node:zlib'

/** An image in memory. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** 1: grey; 3: red, green, blue. */
  readonly nChannels: 1 | 3
  /** `width * height * nChannels` values from 0 to 255. */
  readonly data: Uint8Array
}

/**
 * Encodes an image.
 *
 * @param pixels - The image.
 * @returns The bytes of a PNG file; the same image gives the same bytes.
 * @throws Never.
 * @see PNG specification, third edition: signature, IHDR, one IDAT of unfiltered rows, IEND.
 */
export function encodePng({ width, height, nChannels, data }: Pixels): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, nChannels === 1 ? 0 : 2, 0, 0, 0], 8)
  const rowBytes = width * nChannels
  // Each row begins with the number of its filter: 0, none.
  const rows = Buffer.alloc(height * (rowBytes + 1))
  for (let y = 0; y < height; y++)
    rows.set(data.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1)
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/**
 * An image as an address that needs no file.
 *
 * @param pixels - The image.
 * @returns `data:image/png;base64,...`
 * @throws Never.
 */
export function pngAddress(pixels: Pixels): string {
  return `data:image/png;base64,${Buffer.from(encodePng(pixels)).toString('base64')}`
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const size = Buffer.alloc(4)
  const check = Buffer.alloc(4)
  size.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([size, body, check])
}
