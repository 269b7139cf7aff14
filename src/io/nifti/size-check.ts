/** A header and the size of its file -> whether the voxels can be there, before anything is allocated for them. */
import { LimbicError } from '../../core/errors/index.ts'
import { openByteReader, type ByteReader } from './byte-reader.ts'
import type { NiftiHeader, NiftiReadOptions } from './types.ts'

/** Bytes that a compressed file may hold after its voxels; more is not read. */
export const maxTrailingBytes = 16 * 2 ** 20

const defaultMaxBytes = 4 * 2 ** 30
/** Deflate cannot shrink more than this (zlib manual). */
const maxDeflateRatio = 1032
const suspiciousRatio = 200
const suspiciousBytes = 64 * 2 ** 20

/**
 * Bytes of all voxels as stored.
 *
 * @param header - The header.
 * @returns The number; exact below 2^53, and far above any limit beyond.
 * @throws Never.
 */
export function storedVoxelBytes(header: NiftiHeader): number {
  return header.shape.reduce((product, size) => product * size, 1) * (header.bitpix / 8)
}

/**
 * Refuses a file that is too short for its header, or a read that needs more memory than allowed.
 *
 * @param header - The header.
 * @param reader - The open data file.
 * @param neededBytes - Memory that the read is going to allocate.
 * @param options - The limit.
 * @returns Nothing.
 * @throws {LimbicError} `NIFTI_TRUNCATED`, `NIFTI_TOO_LARGE`, `NIFTI_EMPTY`.
 */
export function assertReadable(
  header: NiftiHeader,
  reader: ByteReader,
  neededBytes: number,
  options: NiftiReadOptions,
): void {
  const file = reader.file
  if (reader.storedBytes === 0) throw new LimbicError('NIFTI_EMPTY', { file })
  const total = header.voxOffset + storedVoxelBytes(header)
  const possible = reader.storedBytes * (reader.compressed ? maxDeflateRatio : 1)
  if (possible < total)
    throw new LimbicError('NIFTI_TRUNCATED', {
      file,
      expectedBytes: total,
      foundBytes: reader.storedBytes,
      compressed: reader.compressed,
    })
  const limit = options.maxBytes ?? defaultMaxBytes
  if (neededBytes > limit)
    throw tooLarge(
      file,
      `at most ${limit} bytes`,
      `${neededBytes} bytes for [${header.shape.join(', ')}]`,
    )
  const ratio = total / reader.storedBytes
  if (
    options.maxBytes === undefined &&
    reader.compressed &&
    neededBytes > suspiciousBytes &&
    ratio > suspiciousRatio
  )
    throw tooLarge(
      file,
      `a compression ratio up to ${suspiciousRatio}, or a limit set by the caller`,
      `${total} bytes in ${reader.storedBytes} (ratio ${ratio.toFixed(0)})`,
    )
}

/**
 * Looks, without reading the voxels, whether they are all there: by the size of a plain file, by the length in a gzip trailer.
 *
 * @param header - The header.
 * @returns Nothing when they are.
 * @throws {LimbicError} `NIFTI_TRUNCATED`, `NIFTI_EMPTY`, `FILE_NOT_FOUND`, `GZIP_CORRUPT`.
 * @remarks A trailer that disagrees may belong to the last of several gzip members; then, and only then, the file is read through.
 */
export async function checkNiftiSize(header: NiftiHeader): Promise<void> {
  const reader = await openByteReader(header.dataFile)
  try {
    assertReadable(header, reader, 0, {})
    if (!reader.compressed) return
    if ((await reader.trailerLength()) === endOfVoxels(header) % 2 ** 32) return
    await readThrough(header, reader)
  } finally {
    await reader.close()
  }
}

/**
 * Reads a file through without keeping anything: finds every truncation and every damaged gzip stream.
 *
 * @param header - The header.
 * @returns Nothing when all voxels are there and the checksum agrees.
 * @throws {LimbicError} `NIFTI_TRUNCATED`, `NIFTI_EMPTY`, `NIFTI_TOO_LARGE`, `FILE_NOT_FOUND`, `GZIP_CORRUPT`.
 */
export async function verifyNifti(header: NiftiHeader): Promise<void> {
  const reader = await openByteReader(header.dataFile)
  try {
    assertReadable(header, reader, 0, {})
    await readThrough(header, reader)
  } finally {
    await reader.close()
  }
}

async function readThrough(header: NiftiHeader, reader: ByteReader): Promise<void> {
  await reader.skip(endOfVoxels(header))
  if (reader.position() < endOfVoxels(header)) throw truncated(header, reader)
  await reader.finish(maxTrailingBytes)
}

/**
 * The error for a data file that ended before its last voxel.
 *
 * @param header - The header.
 * @param reader - The data file, at its end.
 * @returns The error, to be thrown.
 * @throws Never.
 */
export function truncated(header: NiftiHeader, reader: ByteReader): LimbicError {
  return new LimbicError('NIFTI_TRUNCATED', {
    file: reader.file,
    expectedBytes: endOfVoxels(header),
    foundBytes: reader.position(),
    compressed: reader.compressed,
  })
}

function endOfVoxels(header: NiftiHeader): number {
  return header.voxOffset + storedVoxelBytes(header)
}

function tooLarge(file: string, expected: string, found: string): LimbicError {
  return new LimbicError('NIFTI_TOO_LARGE', { file, expected, found })
}
