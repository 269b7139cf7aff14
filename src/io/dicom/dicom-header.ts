/** A parsed dataset -> the allow-listed header fields. Whatever is not named here never leaves the reader. */
import type { DataSet } from 'dicom-parser'
import { sha256 } from '../artifacts.ts'
import {
  binariesOf,
  binaryOf,
  bytesOf,
  decimalOf,
  itemsOf,
  secondsOfDay,
  textOf,
} from './dataset.ts'
import { parseGeProtocol } from './ge-protocol.ts'
import { present } from './present.ts'
import { csaNumbers, parseCsa } from './siemens-csa.ts'
import type { PixelLayout } from './stored-pixels.ts'
import type { DicomHeader, Vendor } from './types.ts'

/** Fields of vendors' private headers, and what they say of slices and phase encoding. */
type PrivateFields = Partial<
  Pick<
    DicomHeader,
    | 'nSlicesExpected'
    | 'phaseEncodingPositive'
    | 'sliceTimesSeconds'
    | 'sliceOrder'
    | 'effectiveEchoSpacingSeconds'
  >
>

/**
 * Reads the header fields of a file that concern the measurement.
 *
 * @param dataSet - The whole dataset.
 * @param layout - Size and type of its pixels.
 * @returns The header.
 * @throws Never.
 */
export function dicomHeaderOf(dataSet: DataSet, layout: PixelLayout): DicomHeader {
  const vendor = vendorOf(textOf(dataSet, 'x00080070'))
  const imageType = (textOf(dataSet, 'x00080008') ?? '').split('\\').map((part) => part.trim())
  const shared = itemsOf(dataSet, 'x52009229')[0]
  const first = itemsOf(dataSet, 'x52009230')[0]
  /** A field of a functional group of enhanced files, shared or of the first frame. */
  const group = (sequence: string): DataSet | undefined =>
    itemsOf(shared, sequence)[0] ?? itemsOf(first, sequence)[0]
  const timing = group('x00189112')
  const optional = {
    manufacturer: textOf(dataSet, 'x00080070'),
    model: textOf(dataSet, 'x00081090'),
    softwareVersions: textOf(dataSet, 'x00181020'),
    modality: textOf(dataSet, 'x00080060'),
    seriesNumber: decimalOf(dataSet, 'x00200011'),
    acquisitionNumber: decimalOf(dataSet, 'x00200012'),
    instanceNumber: decimalOf(dataSet, 'x00200013'),
    seriesDescription: textOf(dataSet, 'x0008103e'),
    protocolName: textOf(dataSet, 'x00181030'),
    sequenceName: textOf(dataSet, 'x00180024') ?? textOf(dataSet, 'x00189005'),
    magneticFieldStrength: decimalOf(dataSet, 'x00180087'),
    flipAngleDegrees: decimalOf(dataSet, 'x00181314') ?? decimalOf(timing, 'x00181314'),
    echoTimeSeconds: milliseconds(decimalOf(dataSet, 'x00180081')),
    trSeconds: milliseconds(
      decimalOf(dataSet, 'x00180080') ??
        decimalOf(timing, 'x00180080') ??
        binaryOf(dataSet, 'x20051030', 'float'),
    ),
    acquisitionTimeSeconds: secondsOfDay(
      textOf(dataSet, 'x00080032') ?? textOf(dataSet, 'x0008002a'),
    ),
    acquisitionMatrix: acquisitionMatrixOf(dataSet),
    phaseEncodingAxis: phaseEncodingAxisOf(
      textOf(dataSet, 'x00181312') ?? textOf(group('x00189125'), 'x00181312'),
    ),
  }
  return {
    format: 'dicom',
    seriesKey: keyOf(dataSet, 'x0020000e', ['x00200011', 'x0008103e', 'x00181030']),
    imageKey: keyOf(dataSet, 'x00080018', ['x00200012', 'x00200013', 'x00200032', 'x00080032']),
    vendor,
    imageType,
    rows: layout.rows,
    columns: layout.columns,
    bitsStored: layout.bitsStored,
    isMosaic: imageType.includes('MOSAIC'),
    isDiffusion: imageType.includes('DIFFUSION'),
    isDerived: imageType.includes('DERIVED'),
    ...present(optional),
    ...present(privateFieldsOf(vendor, dataSet, layout)),
  }
}

/** Some anonymisers take the UIDs out; then what tells series and images apart must do. */
function keyOf(dataSet: DataSet, uidTag: string, instead: readonly string[]): string {
  const uid = textOf(dataSet, uidTag)
  const parts = uid === undefined ? instead.map((tag) => textOf(dataSet, tag) ?? '') : [uid]
  return sha256(parts.join('|')).slice(0, 16)
}

function vendorOf(manufacturer: string | undefined): Vendor {
  const name = (manufacturer ?? '').toLowerCase()
  if (name.includes('siemens')) return 'siemens'
  if (/^ge\b/.test(name)) return 'ge'
  return name.includes('philips') ? 'philips' : 'other'
}

function milliseconds(value: number | undefined): number | undefined {
  // Six digits: DICOM's decimals carry rounding of the vendor's own (2000.00061 ms).
  return value === undefined || value <= 0 ? undefined : Number((value / 1000).toPrecision(6))
}

function acquisitionMatrixOf(dataSet: DataSet): readonly [number, number] | undefined {
  const numbers = binariesOf(dataSet, 'x00181310', 'uint16')
  if (numbers?.length !== 4) return undefined
  // Frequency rows, frequency columns, phase rows, phase columns; two of them are 0.
  const rows = Math.max(numbers[0]!, numbers[2]!)
  const columns = Math.max(numbers[1]!, numbers[3]!)
  return rows > 0 && columns > 0 ? [columns, rows] : undefined
}

function phaseEncodingAxisOf(text: string | undefined): 'row' | 'column' | undefined {
  if (text === undefined) return undefined
  return text.startsWith('COL') ? 'column' : text.startsWith('ROW') ? 'row' : undefined
}

function privateFieldsOf(vendor: Vendor, dataSet: DataSet, layout: PixelLayout): PrivateFields {
  if (vendor === 'siemens') return siemensFieldsOf(dataSet, layout)
  if (vendor === 'ge') return geFieldsOf(dataSet)
  const nSlices = binaryOf(dataSet, 'x20011018', 'int32')
  return vendor === 'philips' && nSlices !== undefined && nSlices > 0
    ? { nSlicesExpected: nSlices }
    : {}
}

function siemensFieldsOf(dataSet: DataSet, { rows }: PixelLayout): PrivateFields {
  const csa = parseCsa(bytesOf(dataSet, 'x00291010') ?? new Uint8Array(0))
  const frame = itemsOf(itemsOf(dataSet, 'x52009230')[0], 'x002111fe')[0]
  const positive =
    csaNumbers(csa, 'PhaseEncodingDirectionPositive')?.[0] ?? decimalOf(frame, 'x0021111c')
  const times = csaNumbers(csa, 'MosaicRefAcqTimes') ?? binariesOf(dataSet, 'x00191029', 'double')
  const bandwidth =
    csaNumbers(csa, 'BandwidthPerPixelPhaseEncode')?.[0] ??
    binaryOf(dataSet, 'x00191028', 'double') ??
    binaryOf(frame, 'x00211153', 'double')
  const nTiles =
    csaNumbers(csa, 'NumberOfImagesInMosaic')?.[0] ?? binaryOf(dataSet, 'x0019100a', 'uint16')
  const lines = nTiles === undefined || nTiles < 1 ? rows : rows / Math.ceil(Math.sqrt(nTiles))
  return {
    ...(nTiles !== undefined && { nSlicesExpected: nTiles }),
    ...(positive !== undefined && { phaseEncodingPositive: positive === 1 }),
    ...(times !== undefined && { sliceTimesSeconds: times.map((time) => time / 1000) }),
    ...(bandwidth !== undefined &&
      bandwidth > 0 && { effectiveEchoSpacingSeconds: 1 / (bandwidth * lines) }),
  }
}

function geFieldsOf(dataSet: DataSet): PrivateFields {
  const { sliceOrder, viewOrder } = parseGeProtocol(
    bytesOf(dataSet, 'x0025101b') ?? new Uint8Array(0),
  )
  const nSlices = binaryOf(dataSet, 'x0021104f', 'int16')
  const spacingMicroseconds = binaryOf(dataSet, 'x0043102c', 'int16')
  const acceleration = decimalOf(dataSet, 'x00431083') ?? 1
  // Simultaneous slices follow another order, which the protocol block does not tell.
  const isMultiband = (textOf(dataSet, 'x00180022') ?? '').includes('HYPERBAND')
  const order = isMultiband
    ? undefined
    : sliceOrder === 0
      ? 'sequential'
      : sliceOrder === 1
        ? 'interleaved'
        : undefined
  return {
    ...(nSlices !== undefined && nSlices > 0 && { nSlicesExpected: nSlices }),
    ...(viewOrder !== undefined && { phaseEncodingPositive: viewOrder === 0 }),
    ...(order !== undefined && { sliceOrder: order }),
    ...(spacingMicroseconds !== undefined &&
      spacingMicroseconds > 0 && {
        effectiveEchoSpacingSeconds: (spacingMicroseconds * acceleration) / 1e6,
      }),
  }
}
