/** A dataset with functional groups (enhanced multi-frame DICOM) -> its frames. */
import type { DataSet } from 'dicom-parser'
import { LimbicError } from '../../core/errors/index.ts'
import {
  binariesOf,
  binaryOf,
  bytesOf,
  decimalOf,
  decimalsOf,
  itemsOf,
  secondsOfDay,
  textOf,
} from './dataset.ts'
import { present } from './present.ts'
import type { DicomFrame, DicomHeader, ImageKind } from './types.ts'
import { isPlane, vectorAt } from './vectors.ts'

const perFrameTag = 'x52009230'
const sharedTag = 'x52009229'
// Stack and place within it say where a slice lies; kind and echo say what it is; all other dimensions are time.
const notTime = new Set(['00209056', '00209057', '20051011', '00189082', '2005106e', '00080008'])

/**
 * Tells whether a dataset describes its frames one by one.
 *
 * @param dataSet - The whole dataset.
 * @returns Whether it has per-frame functional groups.
 * @throws Never.
 */
export function isEnhanced(dataSet: DataSet): boolean {
  return itemsOf(dataSet, perFrameTag).length > 0
}

/**
 * The frames of an enhanced file.
 *
 * @param dataSet - The whole dataset.
 * @param header - Its header.
 * @param nFrames - Number of frames in the pixels.
 * @param file - Name for the messages.
 * @returns The frames in the order of the file.
 * @throws {LimbicError} `DICOM_FIELD_MISSING` when a frame is not described, or not where it lies.
 */
export function enhancedFramesOf(
  dataSet: DataSet,
  header: DicomHeader,
  nFrames: number,
  file: string,
): DicomFrame[] {
  const frames = itemsOf(dataSet, perFrameTag)
  if (frames.length < nFrames)
    throw missing(file, `Per-frame Functional Groups of frame ${frames.length + 1}`)
  const shared = itemsOf(dataSet, sharedTag)[0]
  const timeDimensions = timeDimensionsOf(dataSet)
  return frames
    .slice(0, nFrames)
    .map((frame, i) => frameOf(frame, shared, header, timeDimensions, i, file))
}

function frameOf(
  frame: DataSet,
  shared: DataSet | undefined,
  header: DicomHeader,
  timeDimensions: readonly number[],
  index: number,
  file: string,
): DicomFrame {
  const group = (sequence: string): DataSet | undefined =>
    itemsOf(frame, sequence)[0] ?? itemsOf(shared, sequence)[0]
  const orientation = decimalsOf(group('x00209116'), 'x00200037')
  const position = vectorAt(decimalsOf(group('x00209113'), 'x00200032'), 0)
  const rowDirection = vectorAt(orientation, 0)
  const columnDirection = vectorAt(orientation, 3)
  if (position === undefined || rowDirection === undefined || columnDirection === undefined)
    throw missing(file, `Image Position and Orientation (Patient) of frame ${index + 1}`)
  if (!isPlane(rowDirection, columnDirection))
    throw missing(file, `a usable Image Orientation (Patient) of frame ${index + 1}`)
  const measures = group('x00289110')
  const spacing = decimalsOf(measures, 'x00280030')
  if (spacing === undefined || !(spacing[0]! > 0) || !(spacing[1]! > 0))
    throw missing(file, `Pixel Spacing of frame ${index + 1}`)
  const content = group('x00209111')
  const transformation = group('x00289145')
  const philips = group('x2005140f')
  const slope = decimalOf(transformation, 'x00281053') ?? 1
  const echo = binaryOf(group('x00189114'), 'x00189082', 'double')
  const optional = {
    sliceSpacingMm: positive(decimalOf(measures, 'x00180088')),
    sliceThicknessMm: positive(decimalOf(measures, 'x00180050')),
    echoTimeSeconds:
      echo === undefined ? header.echoTimeSeconds : Number((echo / 1000).toPrecision(6)),
    acquiredAtSeconds: secondsOfDay(textOf(content, 'x00189074')),
    scaleSlope: positive(binaryOf(philips, 'x2005100e', 'float')),
    timeKey: timeKeyOf(content, timeDimensions),
  }
  return {
    columns: header.columns,
    rows: header.rows,
    position,
    rowDirection,
    columnDirection,
    pixelSpacing: [spacing[0]!, spacing[1]!],
    kind: kindOf(textOf(group('x00189226'), 'x00089208'), header.imageType),
    slope: slope === 0 ? 1 : slope,
    intercept: decimalOf(transformation, 'x00281052') ?? 0,
    pixelOffset: index * header.rows * header.columns,
    pixelStride: header.columns,
    ...present(optional),
  }
}

/** Which entries of Dimension Index Values order frames in time, most significant first: the last one, as in dcm2niix. */
function timeDimensionsOf(dataSet: DataSet): number[] {
  const pointers = itemsOf(dataSet, 'x00209222').map((item) => tagTextOf(item))
  return pointers.flatMap((tag, i) => (tag === undefined || notTime.has(tag) ? [] : [i])).reverse()
}

function tagTextOf(item: DataSet): string | undefined {
  const bytes = bytesOf(item, 'x00209165')
  const parts = bytes === undefined ? undefined : binariesOf(item, 'x00209165', 'uint16')
  return parts
    ?.slice(0, 2)
    .map((part) => part.toString(16).padStart(4, '0'))
    .join('')
}

function timeKeyOf(
  content: DataSet | undefined,
  dimensions: readonly number[],
): number[] | undefined {
  const values = binariesOf(content, 'x00209157', 'uint32')
  const temporal = binaryOf(content, 'x00209128', 'uint32')
  if (values === undefined || dimensions.length === 0)
    return temporal === undefined ? undefined : [temporal]
  const key = dimensions.map((dimension) => values[dimension])
  return key.every((value) => value !== undefined) ? key : undefined
}

function kindOf(component: string | undefined, imageType: readonly string[]): ImageKind {
  const text = component ?? imageType.find((part) => /^(PHASE|REAL|IMAGINARY)$/.test(part)) ?? ''
  if (text === 'PHASE') return 'phase'
  if (text === 'REAL') return 'real'
  return text === 'IMAGINARY' ? 'imaginary' : 'magnitude'
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}

function missing(file: string, field: string): LimbicError {
  return new LimbicError('DICOM_FIELD_MISSING', {
    file,
    field,
    expected: 'functional groups that describe every frame',
  })
}
