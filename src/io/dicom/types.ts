/** What the DICOM reader gives: headers without personal fields, frames (one slice each) and stored pixels, x fastest, row by row. */
import type { Finding } from '../../core/errors/index.ts'
import type { Grid } from '../../core/types.ts'

export type Vendor = 'siemens' | 'ge' | 'philips' | 'other'

/** What the numbers of an image are; field maps and phase images never share a volume with magnitudes. */
export type ImageKind = 'magnitude' | 'phase' | 'real' | 'imaginary'

export type Vector3 = readonly [x: number, y: number, z: number]

/**
 * What leaves the reader of a file's header: an allow-list. Names, birth dates, patient and study ids, places and calendar dates are not
 * in it; unique identifiers only as hashes, to group files by.
 */
export interface DicomHeader {
  readonly format: 'dicom' | 'par-rec'
  /** 16 hexadecimal digits out of the series UID. */
  readonly seriesKey: string
  /** 16 hexadecimal digits out of the image UID. */
  readonly imageKey: string
  readonly vendor: Vendor
  readonly manufacturer?: string
  readonly model?: string
  readonly softwareVersions?: string
  readonly modality?: string
  readonly seriesNumber?: number
  readonly acquisitionNumber?: number
  readonly instanceNumber?: number
  readonly seriesDescription?: string
  readonly protocolName?: string
  readonly sequenceName?: string
  readonly imageType: readonly string[]
  readonly magneticFieldStrength?: number
  readonly flipAngleDegrees?: number
  readonly echoTimeSeconds?: number
  readonly trSeconds?: number
  /** Seconds since midnight, of the scanner's clock. */
  readonly acquisitionTimeSeconds?: number
  readonly rows: number
  readonly columns: number
  readonly bitsStored: number
  /** Matrix of the acquisition, before interpolation and tiling. */
  readonly acquisitionMatrix?: readonly [columns: number, rows: number]
  /** Slices of one volume as the header counts them. */
  readonly nSlicesExpected?: number
  /** Whether the frames are tiles of one mosaic, so that the image is a whole volume. */
  readonly isMosaic: boolean
  readonly isDiffusion: boolean
  readonly isDerived: boolean
  /** Axis of the phase encoding within the image. */
  readonly phaseEncodingAxis?: 'row' | 'column'
  /** Whether the phase encoding runs in the direction that the vendor calls positive (Siemens) or unflipped (GE). */
  readonly phaseEncodingPositive?: boolean
  /** Time of each frame within its volume, where the header says it once for the image (mosaics). */
  readonly sliceTimesSeconds?: readonly number[]
  /** GE: order of the slices, where only the protocol says it. */
  readonly sliceOrder?: 'sequential' | 'interleaved'
  /** Seconds between echoes as if the acquisition were not accelerated, for distortion correction. */
  readonly effectiveEchoSpacingSeconds?: number
}

/** One slice: where it lies and how its stored numbers become values. Positions are DICOM's: left, posterior and superior positive. */
export interface DicomFrame {
  readonly columns: number
  readonly rows: number
  /** Centre of the first pixel, millimetres. */
  readonly position: Vector3
  /** Unit vectors along a row and down a column. */
  readonly rowDirection: Vector3
  readonly columnDirection: Vector3
  /** Millimetres between rows, and between columns. */
  readonly pixelSpacing: readonly [rows: number, columns: number]
  /** Millimetres between neighbouring slices as the header says. */
  readonly sliceSpacingMm?: number
  readonly sliceThicknessMm?: number
  readonly kind: ImageKind
  readonly echoTimeSeconds?: number
  /** Place in time as the header says, most significant first; frames of a volume share it. */
  readonly timeKey?: readonly number[]
  /** Seconds since midnight. */
  readonly acquiredAtSeconds?: number
  /** DICOM rescale: value = slope * stored + intercept. */
  readonly slope: number
  readonly intercept: number
  /** Philips scale slope: floating-point value = (slope * stored + intercept) / (slope * scaleSlope). */
  readonly scaleSlope?: number
  /** Where the first pixel lies in `pixels`, and how far apart rows are. */
  readonly pixelOffset: number
  readonly pixelStride: number
}

export type StoredPixels =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array

/** One file. */
export interface DicomImage {
  readonly file: string
  readonly header: DicomHeader
  readonly frames: readonly DicomFrame[]
  /** Numbers as stored, in the byte order of the host. */
  readonly pixels: StoredPixels
  readonly findings: readonly Finding[]
}

/** Where the voxels of a series lie. */
export interface DicomGeometry extends Grid {
  readonly voxelSizeMm: Vector3
}

/** A volume: x fastest, then y, then z; first row anterior to the last, as dcm2niix stores it. */
export interface DicomVolume {
  /** 0-based. */
  readonly index: number
  /** Integers as stored where the rescale is the identity, else float32. */
  readonly data: StoredPixels | Float32Array
  /** Seconds since midnight, of the first slice acquired. */
  readonly acquiredAtSeconds?: number
}

/** What is known of a series without its voxels. */
export interface DicomSeriesInfo {
  readonly header: DicomHeader
  readonly kind: ImageKind
  readonly echoTimeSeconds?: number
  readonly geometry: DicomGeometry
  readonly nVolumes: number
  readonly trSeconds?: number
  /** Seconds after the start of its volume, one per slice of the grid. */
  readonly sliceTimesSeconds?: readonly number[]
  /** BIDS: along which axis of the grid and to which end. */
  readonly phaseEncodingDirection?: 'i' | 'i-' | 'j' | 'j-'
  /** The axis alone, known more often than its direction. */
  readonly phaseEncodingAxis?: 'i' | 'j'
  readonly multibandFactor?: number
  readonly sliceThicknessMm?: number
  readonly sliceSpacingMm: number
  readonly findings: readonly Finding[]
}

export interface AssembleOptions {
  /** Philips stores two scalings: `precise` (default, as dcm2niix) is comparable between runs, `display` is DICOM's own rescale. */
  readonly intensity?: 'precise' | 'display'
  /** Leave out a last volume that lacks slices, with a warning, instead of refusing the series. */
  readonly dropLastIncomplete?: boolean
}
