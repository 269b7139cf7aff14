/** The head of limbic's own volume format, in bytes: magic `FMV1`, header length and body length as uint32 little endian, then a JSON header; raw voxels follow. */
import { LimbicError } from '../core/errors/index.ts'
import { volumeHeaderSchema, type VolumeHeader } from '../core/schemas/volume-header.ts'

/** Bytes before the JSON header. */
export const framePrefixBytes = 12
export const maxHeaderBytes = 64 * 1024
export const maxBodyBytes = 512 * 1024 * 1024

const magic = 'FMV1'
const bytesPerVoxel = { int16: 2, uint16: 2, int32: 4, float32: 4, float64: 8 } as const

/**
 * Bytes of the voxels that a header announces.
 *
 * @param header - Shape and type.
 * @returns Product of the shape times the size of a voxel.
 * @throws Never.
 */
export function bodyBytesOf({ shape, dtype }: Pick<VolumeHeader, 'shape' | 'dtype'>): number {
  return shape[0] * shape[1] * shape[2] * bytesPerVoxel[dtype]
}

/**
 * Everything of a frame but its voxels.
 *
 * @param header - What the voxels are.
 * @returns Prefix and header.
 * @throws Never.
 */
export function encodeFrameHead(header: VolumeHeader): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header))
  const head = Buffer.alloc(framePrefixBytes + json.length)
  head.write(magic, 0, 'latin1')
  head.writeUInt32LE(json.length, 4)
  head.writeUInt32LE(bodyBytesOf(header), 8)
  head.set(json, framePrefixBytes)
  return head
}

/** Lengths that the first twelve bytes announce. */
export interface FramePrefix {
  readonly headerBytes: number
  readonly bodyBytes: number
}

/**
 * Reads the first twelve bytes of a frame.
 *
 * @param bytes - At least twelve.
 * @param where - File or address, for messages.
 * @returns The lengths, within their limits.
 * @throws {LimbicError} `RT_FRAME_INVALID`.
 */
export function parseFramePrefix(bytes: Uint8Array, where: string): FramePrefix {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < framePrefixBytes || view.toString('latin1', 0, 4) !== magic)
    throw invalid(where, `"${magic}" at the start`, describeStart(view))
  const [headerBytes, bodyBytes] = [view.readUInt32LE(4), view.readUInt32LE(8)]
  if (headerBytes > maxHeaderBytes)
    throw invalid(where, `a header of at most ${maxHeaderBytes} bytes`, `${headerBytes} bytes`)
  if (bodyBytes > maxBodyBytes)
    throw invalid(where, `voxels of at most ${maxBodyBytes} bytes`, `${bodyBytes} bytes`)
  return { headerBytes, bodyBytes }
}

/**
 * Reads the JSON header of a frame.
 *
 * @param bytes - The header's bytes.
 * @param bodyBytes - Length of the body, as the prefix announces it.
 * @param where - File or address, for messages.
 * @returns The header; its shape and type agree with the length of the body.
 * @throws {LimbicError} `RT_FRAME_INVALID`.
 */
export function parseFrameHeader(
  bytes: Uint8Array,
  bodyBytes: number,
  where: string,
): VolumeHeader {
  const parsed = volumeHeaderSchema.safeParse(parseJson(bytes))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const found = `${issue?.path.join('.') || 'the header'}: ${issue?.message ?? 'not JSON'}`
    throw invalid(where, 'a header as data-schemas/volume-header.schema.json describes it', found)
  }
  const expected = bodyBytesOf(parsed.data)
  if (expected !== bodyBytes)
    throw invalid(
      where,
      `${expected} bytes of voxels for ${parsed.data.shape.join(' x ')} ${parsed.data.dtype}`,
      `${bodyBytes}`,
    )
  return parsed.data
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function describeStart(bytes: Buffer): string {
  return bytes.length < framePrefixBytes
    ? `${bytes.length} bytes`
    : `bytes ${bytes.toString('hex', 0, 4)}`
}

function invalid(where: string, expected: string, found: string): LimbicError {
  return new LimbicError('RT_FRAME_INVALID', { where, expected, found })
}
