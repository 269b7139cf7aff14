/** The bytes of a DICOM file -> allow-listed header, frames (one slice each) and stored pixels. */
import dicomParser, { type DataSet } from 'dicom-parser'
import { LimbicError, isLimbicError } from '../../core/errors/index.ts'
import { classicFramesOf } from './classic-frames.ts'
import { textOf } from './dataset.ts'
import { dicomHeaderOf } from './dicom-header.ts'
import { enhancedFramesOf, isEnhanced } from './enhanced-frames.ts'
import { pixelLayoutOf, storedPixelsOf } from './stored-pixels.ts'
import { assertReadableSyntax } from './transfer-syntax.ts'
import type { DicomImage } from './types.ts'

/** What is found in a file of another kind, rather than a damaged one. */
export const notDicom = 'no "DICM" at byte 128'

const bigEndianSyntax = '1.2.840.10008.1.2.2'

/**
 * Parses an uncompressed DICOM file: classic images, Siemens mosaics, enhanced multi-frame.
 *
 * @param bytes - The whole file; left as they are, and not kept.
 * @param file - Name for the messages.
 * @returns Header, frames and pixels. A mosaic gives one frame for each tile.
 * @throws {LimbicError} `DICOM_INVALID` when it is no DICOM file or its header is damaged; `DICOM_TRUNCATED` with byte counts;
 *   `DICOM_UNSUPPORTED` for compressed pixels and colour; `DICOM_FIELD_MISSING`; `DICOM_MOSAIC_INVALID`.
 * @remarks O(bytes) time; memory is the pixels once.
 */
export function parseDicom(bytes: Uint8Array, file = '<bytes>'): DicomImage {
  const dataSet = parseDataSet(bytes, file)
  try {
    const syntax = textOf(dataSet, 'x00020010')
    const layout = pixelLayoutOf(dataSet, file)
    const pixels = storedPixelsOf(dataSet, layout, syntax === bigEndianSyntax, file)
    const header = dicomHeaderOf(dataSet, layout)
    return {
      file,
      header,
      frames: framesOf(dataSet, header, layout.nFrames, file),
      pixels,
      findings: [],
    }
  } catch (cause) {
    // Elements whose lengths lie may lead the parser past the end while they are read.
    throw isLimbicError(cause) ? cause : invalid(file, cause)
  }
}

/**
 * Tells whether a file begins as DICOM files do.
 *
 * @param bytes - Its first 132 bytes, or more.
 * @returns Whether `DICM` stands at byte 128.
 * @throws Never.
 */
export function hasDicomPrefix(bytes: Uint8Array): boolean {
  return bytes.length >= 132 && String.fromCharCode(...bytes.subarray(128, 132)) === 'DICM'
}

function framesOf(
  dataSet: DataSet,
  header: DicomImage['header'],
  nFrames: number,
  file: string,
): DicomImage['frames'] {
  if (isEnhanced(dataSet)) return enhancedFramesOf(dataSet, header, nFrames, file)
  if (nFrames === 1) return classicFramesOf(dataSet, header, file)
  throw new LimbicError('DICOM_UNSUPPORTED', {
    file,
    expected: 'one frame, or functional groups that describe each',
    found: `${nFrames} frames without functional groups`,
    remedy: 'Export the series as classic or enhanced MR images.',
  })
}

function parseDataSet(bytes: Uint8Array, file: string): DataSet {
  if (!hasDicomPrefix(bytes)) throw new LimbicError('DICOM_INVALID', { file, found: notDicom })
  assertReadableSyntax(syntaxOf(bytes), file)
  try {
    return dicomParser.parseDicom(bytes)
  } catch (cause) {
    throw truncationOf(bytes, file, cause) ?? invalid(file, cause)
  }
}

/** The transfer syntax stands in the first group, which is read alone, so that a compressed file is named even when it is cut short. */
function syntaxOf(bytes: Uint8Array): string | undefined {
  try {
    return textOf(dicomParser.readPart10Header(bytes), 'x00020010')
  } catch {
    return undefined
  }
}

/** The parser hands out what it has read when it runs over the end; an element that ends beyond the file says how much is missing. */
function truncationOf(bytes: Uint8Array, file: string, cause: unknown): LimbicError | undefined {
  const dataSet = (cause as { dataSet?: DataSet } | undefined)?.dataSet
  if (dataSet === undefined) return undefined
  const ends = Object.values(dataSet.elements).map(({ dataOffset, length }) => dataOffset + length)
  const expectedBytes = ends.reduce((end, next) => (next > end ? next : end), 0)
  return expectedBytes > bytes.length
    ? new LimbicError('DICOM_TRUNCATED', { file, expectedBytes, foundBytes: bytes.length })
    : undefined
}

function invalid(file: string, cause: unknown): LimbicError {
  const exception = (cause as { exception?: unknown } | undefined)?.exception ?? cause
  const text = exception instanceof Error ? exception.message : String(exception)
  // The parser's own words only: they name its function and problem, never a value of the header.
  const found = text.replace(/^dicomParser\.?:?\s*/i, '').slice(0, 120)
  return new LimbicError('DICOM_INVALID', { file, found }, { cause })
}
