/** A dataset with one image -> its frame, or the frames that are the tiles of a mosaic. */
import type { DataSet } from 'dicom-parser'
import { LimbicError } from '../../core/errors/index.ts'
import {
  binaryOf,
  bytesOf,
  decimalOf,
  decimalsOf,
  itemsOf,
  secondsOfDay,
  textOf,
} from './dataset.ts'
import { csaNumbers, parseCsa } from './siemens-csa.ts'
import type { DicomFrame, DicomHeader, ImageKind } from './types.ts'
import { present } from './present.ts'
import { cross, dot, isPlane, moved, vectorAt } from './vectors.ts'

/**
 * The frames of a file that holds one image.
 *
 * @param dataSet - The whole dataset.
 * @param header - Its header.
 * @param file - Name for the messages.
 * @returns One frame; for a mosaic, one for each slice, in the order of the tiles.
 * @throws {LimbicError} `DICOM_FIELD_MISSING` without position or pixel spacing; `DICOM_MOSAIC_INVALID` when the tiles do not fit.
 */
export function classicFramesOf(dataSet: DataSet, header: DicomHeader, file: string): DicomFrame[] {
  const frame = wholeFrameOf(dataSet, header, file)
  return header.isMosaic ? tilesOf(frame, dataSet, header, file) : [frame]
}

function wholeFrameOf(dataSet: DataSet, header: DicomHeader, file: string): DicomFrame {
  const orientation = decimalsOf(dataSet, 'x00200037')
  const position = vectorAt(decimalsOf(dataSet, 'x00200032'), 0)
  const rowDirection = vectorAt(orientation, 0)
  const columnDirection = vectorAt(orientation, 3)
  const spacing = decimalsOf(dataSet, 'x00280030')
  if (position === undefined || rowDirection === undefined || columnDirection === undefined)
    throw missing(file, 'Image Position (Patient) and Image Orientation (Patient)')
  if (!isPlane(rowDirection, columnDirection))
    throw missing(file, 'a usable Image Orientation (Patient)')
  if (spacing === undefined || !(spacing[0]! > 0) || !(spacing[1]! > 0))
    throw missing(file, 'Pixel Spacing')
  const time = decimalOf(dataSet, 'x00200100')
  const instance = header.instanceNumber
  const optional = {
    sliceSpacingMm: positive(decimalOf(dataSet, 'x00180088')),
    sliceThicknessMm: positive(decimalOf(dataSet, 'x00180050')),
    echoTimeSeconds: header.echoTimeSeconds,
    acquiredAtSeconds: secondsOfDay(textOf(dataSet, 'x00080032')),
    scaleSlope: positive(binaryOf(dataSet, 'x2005100e', 'float')),
    timeKey:
      time !== undefined
        ? [time]
        : header.isMosaic && instance !== undefined
          ? [instance]
          : undefined,
  }
  return {
    columns: header.columns,
    rows: header.rows,
    position,
    rowDirection,
    columnDirection,
    pixelSpacing: [spacing[0]!, spacing[1]!],
    kind: classicKindOf(dataSet, header),
    ...rescaleOf(dataSet),
    pixelOffset: 0,
    pixelStride: header.columns,
    ...present(optional),
  }
}

/** The image that a mosaic is drawn as starts where a slice of its size would; the tiles lie in the middle of it. */
function tilesOf(
  whole: DicomFrame,
  dataSet: DataSet,
  header: DicomHeader,
  file: string,
): DicomFrame[] {
  const nTiles = header.nSlicesExpected
  const nAcross = nTiles === undefined ? 0 : Math.ceil(Math.sqrt(nTiles))
  const columns = whole.columns / nAcross
  const rows = whole.rows / nAcross
  const fits = Number.isInteger(nTiles) && Number.isInteger(columns) && Number.isInteger(rows)
  if (nTiles === undefined || !fits || nTiles < 1)
    throw new LimbicError('DICOM_MOSAIC_INVALID', {
      file,
      columns: whole.columns,
      rows: whole.rows,
      nTiles,
      acquisitionMatrix: header.acquisitionMatrix,
    })
  const [rowSpacing, columnSpacing] = whole.pixelSpacing
  const spacing = whole.sliceSpacingMm ?? whole.sliceThicknessMm
  if (spacing === undefined && nTiles > 1) throw missing(file, 'Spacing Between Slices')
  const corner = moved(
    moved(whole.position, whole.rowDirection, ((whole.columns - columns) / 2) * columnSpacing),
    whole.columnDirection,
    ((whole.rows - rows) / 2) * rowSpacing,
  )
  const normal = sliceNormalOf(dataSet, whole)
  return Array.from({ length: nTiles }, (_, tile) => ({
    ...whole,
    columns,
    rows,
    position: moved(corner, normal, tile * (spacing ?? 0)),
    pixelOffset: Math.floor(tile / nAcross) * rows * whole.columns + (tile % nAcross) * columns,
    pixelStride: whole.columns,
  }))
}

/** The private header knows whether slices were stored head first; its digits are fewer than those of the orientation. */
function sliceNormalOf(dataSet: DataSet, frame: DicomFrame): DicomFrame['position'] {
  const normal = cross(frame.rowDirection, frame.columnDirection)
  const csa = parseCsa(bytesOf(dataSet, 'x00291010') ?? new Uint8Array(0))
  const stated = vectorAt(csaNumbers(csa, 'SliceNormalVector'), 0)
  const isReversed = stated !== undefined && dot(stated, normal) < 0
  return isReversed ? [-normal[0], -normal[1], -normal[2]] : normal
}

function classicKindOf(dataSet: DataSet, header: DicomHeader): ImageKind {
  const stated = binaryOf(dataSet, 'x0043102f', 'int16')
  if (header.vendor === 'ge')
    return (['magnitude', 'phase', 'real', 'imaginary'] as const)[stated ?? 0] ?? 'magnitude'
  if (header.imageType.some((part) => part === 'P' || part === 'PHASE')) return 'phase'
  const component = header.imageType.slice(2)
  if (component.includes('M') || component.includes('MAGNITUDE')) return 'magnitude'
  if (component.includes('R') || component.includes('REAL')) return 'real'
  return component.includes('I') || component.includes('IMAGINARY') ? 'imaginary' : 'magnitude'
}

/** Philips leaves the rescale out of classic files at times and puts it into the real-world mapping. */
function rescaleOf(dataSet: DataSet): { slope: number; intercept: number } {
  const mapping = itemsOf(dataSet, 'x00409096')[0]
  const slope = decimalOf(dataSet, 'x00281053') ?? binaryOf(mapping, 'x00409225', 'double') ?? 1
  const intercept = decimalOf(dataSet, 'x00281052') ?? binaryOf(mapping, 'x00409224', 'double') ?? 0
  return { slope: slope === 0 ? 1 : slope, intercept }
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}

function missing(file: string, field: string): LimbicError {
  return new LimbicError('DICOM_FIELD_MISSING', {
    file,
    field,
    expected: 'an image whose place in the scanner is known',
  })
}
