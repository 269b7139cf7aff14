/** One arrived volume <-> one file of the session folder: an FMV1 frame with float32 voxels, x fastest. */
import { readFile } from 'node:fs/promises'
import { endianness } from 'node:os'
import { LimbicError } from '../../core/errors/index.ts'
import { sha256 } from '../../io/artifacts.ts'
import type { DecoderInput } from '../decode/decoder-port.ts'
import {
  encodeFrameHead,
  framePrefixBytes,
  parseFrameHeader,
  parseFramePrefix,
} from '../volume-frame.ts'
import type { ArrivedVolume } from '../volume-source.ts'

/** A volume read back: what was decoded, and what its header says besides. */
export interface StoredVolume extends DecoderInput {
  readonly trSeconds: number | null
  readonly acquiredAt: string | null
}

/**
 * The name of a volume's file below the session folder.
 *
 * @param index - 0-based.
 * @returns `volumes/000012.vol`.
 * @throws Never.
 * @example
 * const file = volumeFileName(12) // file = 'volumes/000012.vol'
 */
export function volumeFileName(index: number): string {
  return `volumes/${String(index).padStart(6, '0')}.vol`
}

/**
 * The bytes of a volume's file.
 *
 * @param volume - The volume.
 * @returns Head and voxels; the voxels share memory with the volume.
 * @throws Never.
 * @remarks The hash in the header is that of the float32 voxels, as {@link ArrivedVolume} has it.
 */
export function encodeVolumeFile(
  volume: ArrivedVolume,
): readonly [head: Uint8Array, body: Uint8Array] {
  const { index, grid, trSeconds, acquiredAt, data } = volume
  const body = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const head = encodeFrameHead({
    index,
    shape: [...grid.shape],
    dtype: 'float32',
    order: endianness() === 'LE' ? 'little' : 'big',
    affine: [...grid.affine],
    trSeconds,
    acquiredAt,
    sha256: volume.sha256,
  })
  return [head, body]
}

/**
 * Reads a volume's file.
 *
 * @param file - Path.
 * @returns The volume, bit for bit.
 * @throws {LimbicError} `RT_FRAME_INVALID` when it was cut or changed; the error of the file system.
 */
export async function readVolumeFile(file: string): Promise<StoredVolume> {
  const bytes = await readFile(file)
  const { headerBytes, bodyBytes } = parseFramePrefix(bytes, file)
  const start = framePrefixBytes + headerBytes
  const header = parseFrameHeader(bytes.subarray(framePrefixBytes, start), bodyBytes, file)
  const body = bytes.subarray(start)
  const found = sha256(body)
  if (body.length !== bodyBytes || (header.sha256 !== undefined && found !== header.sha256))
    throw new LimbicError('RT_FRAME_INVALID', {
      where: file,
      expected: `${bodyBytes} bytes of voxels with SHA-256 ${header.sha256 ?? 'as written'}`,
      found: `${body.length} bytes, ${found}`,
    })
  if (header.dtype !== 'float32')
    throw new LimbicError('RT_FRAME_INVALID', {
      where: file,
      expected: 'float32 voxels',
      found: header.dtype,
    })
  const { index, shape, affine, trSeconds, acquiredAt } = header
  return {
    index,
    grid: { shape, affine },
    data: toFloats(body, header.order),
    trSeconds,
    acquiredAt,
  }
}

function toFloats(body: Uint8Array, order: 'little' | 'big'): Float32Array {
  // A copy: a file's bytes may start at any offset of a pool.
  const copy = Buffer.alloc(body.length)
  copy.set(body)
  if ((order === 'little') !== (endianness() === 'LE')) copy.swap32()
  return new Float32Array(copy.buffer, copy.byteOffset, copy.length / 4)
}
