/** A NIfTI file, single or pair, plain or compressed -> its checked header. */
import { access } from 'node:fs/promises'
import { LimbicError } from '../../core/errors/index.ts'
import { openByteReader } from './byte-reader.ts'
import { niftiHeaderBytes, parseNiftiHeader } from './parse-header.ts'
import type { NiftiHeader } from './types.ts'

/**
 * Reads the header of a NIfTI-1 or NIfTI-2 image without its voxels.
 *
 * @param file - `.nii`, `.nii.gz`, or either file of a pair (`.hdr`/`.img`, plain or `.gz`). Content decides what is compressed.
 * @returns The header; for a pair, `dataFile` is the `.img`.
 * @throws {LimbicError} `FILE_NOT_FOUND` (also for a missing `.img`), `NIFTI_EMPTY`, `NIFTI_INVALID_HEADER`, `GZIP_CORRUPT`.
 * @remarks Whether all voxels are there is not looked at: see `checkNiftiSize`.
 */
export async function readNiftiHeader(file: string): Promise<NiftiHeader> {
  const headerFile = await counterpart(file, 'img', 'hdr')
  const header = parseNiftiHeader(await readStart(headerFile), file)
  const isPair = header.imageClass.endsWith('Pair')
  if (isPair !== /\.hdr(\.gz)?$/i.test(headerFile)) throw wrongMagic(file, isPair)
  return isPair ? { ...header, dataFile: await counterpart(headerFile, 'hdr', 'img') } : header
}

async function readStart(file: string): Promise<Uint8Array> {
  const reader = await openByteReader(file, 1 << 14)
  try {
    const start = new Uint8Array(niftiHeaderBytes)
    const filled = await reader.read(start)
    // A compressed file too short for a header is either damaged or holds something else: the stream itself can tell.
    if (reader.compressed && filled < 348) await reader.finish(0)
    return start.subarray(0, filled)
  } finally {
    await reader.close()
  }
}

/** The other file of a pair, compressed like the first if there is one like that, else whichever exists. */
async function counterpart(file: string, from: string, to: string): Promise<string> {
  const match = new RegExp(`\\.${from}(\\.gz)?$`, 'i').exec(file)
  if (match === null) return file
  const stem = file.slice(0, match.index)
  const candidates = match[1] === undefined ? [`.${to}`, `.${to}.gz`] : [`.${to}.gz`, `.${to}`]
  for (const suffix of candidates) if (await exists(stem + suffix)) return stem + suffix
  throw new LimbicError('FILE_NOT_FOUND', { file: stem + candidates[0]! })
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

function wrongMagic(file: string, isPair: boolean): LimbicError {
  return new LimbicError('NIFTI_INVALID_HEADER', {
    file,
    field: 'magic',
    expected: isPair ? 'the magic of a single file (n+1, n+2)' : 'the magic of a pair (ni1, ni2)',
    found: isPair ? 'that of a .hdr/.img pair' : 'that of a single .nii file',
  })
}
