/** Philips PAR (text) and REC (raw voxels) -> the same header, frames and pixels as a DICOM file. */
import { readFile } from 'node:fs/promises'
import { LimbicError } from '../../core/errors/index.ts'
import { sha256 } from '../artifacts.ts'
import { hostIsBigEndian, swapBytes } from '../endian.ts'
import { framesOfPar } from './par-frames.ts'
import { parsePar, type ParHeader } from './parse-par.ts'
import { viewPixels } from './stored-pixels.ts'
import type { DicomHeader, DicomImage } from './types.ts'

/**
 * Tells by its name whether a file is a PAR header.
 *
 * @param file - Path.
 * @returns Whether it ends in `.par`, in any case.
 * @throws Never.
 * @example
 * const answer = isParFile('Dump-0001.PAR') // answer = true
 */
export function isParFile(file: string): boolean {
  return /\.par$/i.test(file)
}

/**
 * Reads a PAR header and the REC file beside it.
 *
 * @param file - Path of the PAR file, version 4 to 4.2.
 * @returns Header, frames and pixels. Files that a scanner writes one by one during a run share a series, ordered by their names.
 * @throws {LimbicError} `FILE_NOT_FOUND` when either file is missing; `PAR_INVALID`; `DICOM_TRUNCATED` when the REC file is short.
 */
export async function readParRec(file: string): Promise<DicomImage> {
  const par = parsePar(new TextDecoder('latin1').decode(await readWhole(file)), file)
  const bytes = await readWhole(recFileOf(file))
  const { columns, rows, bits } = par.images[0]!
  const nImages = par.images.reduce((n, { recIndex }) => Math.max(n, recIndex + 1), 0)
  const expectedBytes = (nImages * columns * rows * bits) / 8
  if (bytes.length < expectedBytes)
    throw new LimbicError('DICOM_TRUNCATED', {
      file: recFileOf(file),
      expectedBytes,
      foundBytes: bytes.length,
    })
  const copy = Uint8Array.from(bytes.subarray(0, expectedBytes))
  if (hostIsBigEndian) swapBytes(copy, bits / 8)
  const pixels = viewPixels(copy.buffer, { bitsAllocated: bits, isSigned: false })
  const header = headerOf(par, file)
  return { file, header, frames: framesOfPar(par, fileNumber(file)), pixels, findings: [] }
}

function recFileOf(file: string): string {
  return file.replace(/par$/i, (ending) => (ending === 'PAR' ? 'REC' : 'rec'))
}

async function readWhole(file: string): Promise<Uint8Array> {
  return await readFile(file).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new LimbicError('FILE_NOT_FOUND', { file }, { cause })
    throw cause
  })
}

/** The last number of the name: real-time exports count volumes there. */
function fileNumber(file: string): number | undefined {
  const digits = /(\d+)\D*$/.exec(file.replace(/\.par$/i, ''))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function headerOf(par: ParHeader, file: string): DicomHeader {
  const first = par.images[0]!
  // Files of one run agree in all but their numbers.
  const series = `${file.replace(/[^/\\]*$/, '')} ${par.protocolName ?? ''} ${first.columns} ${first.rows} ${par.maxSlices}`
  return {
    format: 'par-rec',
    seriesKey: sha256(series).slice(0, 16),
    imageKey: sha256(file).slice(0, 16),
    vendor: 'philips',
    manufacturer: 'Philips',
    imageType: [],
    rows: first.rows,
    columns: first.columns,
    bitsStored: first.bits,
    nSlicesExpected: par.maxSlices,
    isMosaic: false,
    isDiffusion: par.isDiffusion,
    isDerived: false,
    ...(par.acquisitionNumber !== undefined && { acquisitionNumber: par.acquisitionNumber }),
    ...(par.protocolName !== undefined && { protocolName: par.protocolName }),
    ...(par.trSeconds !== undefined && { trSeconds: par.trSeconds }),
    ...(par.echoTimeSeconds !== undefined && { echoTimeSeconds: par.echoTimeSeconds }),
    ...(first.flipAngleDegrees > 0 && { flipAngleDegrees: first.flipAngleDegrees }),
  }
}
