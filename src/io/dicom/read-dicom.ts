/** A DICOM file on disk, plain or gzip -> header, frames and pixels. */
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { LimbicError } from '../../core/errors/index.ts'
import { parseDicom } from './parse-dicom.ts'
import type { DicomImage } from './types.ts'

const gunzipBytes = promisify(gunzip)
/** No file of a scanner comes near; a decompression bomb does. */
const maxBytes = 2 ** 31

/**
 * Reads a DICOM file.
 *
 * @param file - Path; gzip is recognised by its first bytes, not by its name.
 * @returns Header, frames and pixels; see `parseDicom`.
 * @throws {LimbicError} `FILE_NOT_FOUND`, `GZIP_CORRUPT`, and those of `parseDicom`.
 */
export async function readDicom(file: string): Promise<DicomImage> {
  return parseDicom(await readBytes(file), file)
}

/**
 * Reads a file whole, decompressed if it is gzip.
 *
 * @param file - Path.
 * @returns The bytes.
 * @throws {LimbicError} `FILE_NOT_FOUND`, `GZIP_CORRUPT`.
 */
export async function readBytes(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new LimbicError('FILE_NOT_FOUND', { file }, { cause })
    throw cause
  })
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  return await gunzipBytes(bytes, { maxOutputLength: maxBytes }).catch((cause: unknown) => {
    throw new LimbicError('GZIP_CORRUPT', { file, found: (cause as Error).message }, { cause })
  })
}
