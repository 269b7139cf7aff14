/** A DICOM file on disk, plain or gzip -> header, frames and pixels. */
import { open, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, gunzip, gunzipSync } from 'node:zlib'
import { LimbicError } from '../../core/errors/index.ts'
import { hasDicomPrefix, notDicom, parseDicom } from './parse-dicom.ts'
import type { DicomImage } from './types.ts'

const gunzipBytes = promisify(gunzip)
/** No file of a scanner comes near; a decompression bomb does. */
const maxBytes = 2 ** 31
const peekBytes = 4096

/**
 * Reads a DICOM file.
 *
 * @param file - Path; gzip is recognised by its first bytes, not by its name.
 * @returns Header, frames and pixels; see `parseDicom`.
 * @throws {LimbicError} `FILE_NOT_FOUND`, `GZIP_CORRUPT`, and those of `parseDicom`.
 */
export async function readDicom(file: string): Promise<DicomImage> {
  // Folders of raw data hold large files of other kinds, which should not be read whole to be told apart.
  if (!hasDicomPrefix(await peek(file)))
    throw new LimbicError('DICOM_INVALID', { file, found: notDicom })
  const bytes = await readFile(file)
  return parseDicom(isGzip(bytes) ? await inflate(bytes, file) : bytes, file)
}

async function peek(file: string): Promise<Uint8Array> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new LimbicError('FILE_NOT_FOUND', { file }, { cause })
    throw cause
  })
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(peekBytes), 0, peekBytes, 0)
    const bytes = buffer.subarray(0, bytesRead)
    return isGzip(bytes) ? inflateBeginning(bytes) : bytes
  } finally {
    await handle.close()
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Gives what the first bytes inflate to: all that fits, since a stream that ends early is no error here. */
function inflateBeginning(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 24 })
  } catch {
    return new Uint8Array(0)
  }
}

async function inflate(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  return await gunzipBytes(bytes, { maxOutputLength: maxBytes }).catch((cause: unknown) => {
    throw new LimbicError('GZIP_CORRUPT', { file, found: (cause as Error).message }, { cause })
  })
}
