/** The pixel data element of a DICOM file -> stored numbers in the byte order of the host, checked against the size that the header implies. */
import type { DataSet } from 'dicom-parser'
import { LimbicError } from '../../core/errors/index.ts'
import { hostIsBigEndian, swapBytes } from '../endian.ts'
import { binaryOf, textOf } from './dataset.ts'
import type { StoredPixels } from './types.ts'

export const pixelDataTag = 'x7fe00010'

/** Size and type of the pixels of one file. */
export interface PixelLayout {
  readonly columns: number
  readonly rows: number
  readonly nFrames: number
  readonly bitsAllocated: 8 | 16 | 32
  readonly bitsStored: number
  readonly isSigned: boolean
}

/**
 * Reads size and type of the pixels.
 *
 * @param dataSet - The whole dataset.
 * @param file - Name for the messages.
 * @returns The layout.
 * @throws {LimbicError} `DICOM_FIELD_MISSING` without rows, columns or bits; `DICOM_UNSUPPORTED` for colour and odd types.
 */
export function pixelLayoutOf(dataSet: DataSet, file: string): PixelLayout {
  const rows = binaryOf(dataSet, 'x00280010', 'uint16') ?? 0
  const columns = binaryOf(dataSet, 'x00280011', 'uint16') ?? 0
  const bitsAllocated = binaryOf(dataSet, 'x00280100', 'uint16') ?? 0
  if (rows === 0 || columns === 0 || bitsAllocated === 0)
    throw new LimbicError('DICOM_FIELD_MISSING', {
      file,
      field: rows === 0 ? 'Rows' : columns === 0 ? 'Columns' : 'Bits Allocated',
      expected: 'rows, columns and bits of an image',
    })
  const samples = binaryOf(dataSet, 'x00280002', 'uint16') ?? 1
  const photometric = textOf(dataSet, 'x00280004') ?? 'MONOCHROME2'
  const isGrey = samples === 1 && /^MONOCHROME[12]$/.test(photometric)
  if (!isGrey || (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32))
    throw new LimbicError('DICOM_UNSUPPORTED', {
      file,
      expected: 'grey values of 8, 16 or 32 bits',
      found: isGrey ? `${bitsAllocated} bits` : `${samples} samples per pixel, or a colour palette`,
      remedy: 'Leave this file out: secondary captures and colour maps are no measurements.',
    })
  const nFrames = Number(textOf(dataSet, 'x00280008') ?? '1')
  return {
    rows,
    columns,
    nFrames: Number.isInteger(nFrames) && nFrames >= 1 ? nFrames : 1,
    bitsAllocated,
    bitsStored: binaryOf(dataSet, 'x00280101', 'uint16') ?? bitsAllocated,
    isSigned: binaryOf(dataSet, 'x00280103', 'uint16') === 1,
  }
}

/**
 * Reads the stored numbers.
 *
 * @param dataSet - The whole dataset.
 * @param layout - Size and type of the pixels.
 * @param isBigEndian - Byte order of the file.
 * @param file - Name for the messages.
 * @returns `nFrames * rows * columns` numbers, frame by frame, row by row.
 * @throws {LimbicError} `DICOM_FIELD_MISSING` without pixels; `DICOM_TRUNCATED` when there are too few, with byte counts;
 *   `DICOM_UNSUPPORTED` when they are encapsulated.
 */
export function storedPixelsOf(
  dataSet: DataSet,
  layout: PixelLayout,
  isBigEndian: boolean,
  file: string,
): StoredPixels {
  const element = dataSet.elements[pixelDataTag]
  if (element === undefined)
    throw new LimbicError('DICOM_FIELD_MISSING', {
      file,
      field: 'Pixel Data',
      expected: 'an image',
    })
  if (element.encapsulatedPixelData === true)
    throw new LimbicError('DICOM_UNSUPPORTED', {
      file,
      expected: 'uncompressed pixels',
      found: 'encapsulated (compressed) pixels',
      remedy: 'Decompress the file with `gdcmconv --raw IN OUT` or `dcmdjpeg IN OUT`.',
    })
  const { rows, columns, nFrames, bitsAllocated } = layout
  const length = (nFrames * rows * columns * bitsAllocated) / 8
  const available = Math.min(element.length, dataSet.byteArray.length - element.dataOffset)
  if (available < length)
    throw new LimbicError('DICOM_TRUNCATED', {
      file,
      expectedBytes: element.dataOffset + Math.max(length, element.length),
      foundBytes: dataSet.byteArray.length,
    })
  // A copy: aligned, and the rest of the file (personal fields included) can be let go.
  const bytes = Uint8Array.from(
    dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + length),
  )
  if (isBigEndian !== hostIsBigEndian) swapBytes(bytes, bitsAllocated / 8)
  return viewPixels(bytes.buffer, layout)
}

/**
 * A view of bytes as pixels.
 *
 * @param buffer - The bytes, in the byte order of the host.
 * @param layout - The type of the pixels.
 * @returns The pixels.
 * @throws Never.
 */
export function viewPixels(
  buffer: ArrayBuffer,
  { bitsAllocated, isSigned }: Pick<PixelLayout, 'bitsAllocated' | 'isSigned'>,
): StoredPixels {
  if (bitsAllocated === 8) return isSigned ? new Int8Array(buffer) : new Uint8Array(buffer)
  if (bitsAllocated === 16) return isSigned ? new Int16Array(buffer) : new Uint16Array(buffer)
  return isSigned ? new Int32Array(buffer) : new Uint32Array(buffer)
}
