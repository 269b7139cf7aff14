/** The text of a Philips PAR file -> what it says of the series and of each image; patient, examination and date are not read. */
import { LimbicError } from '../../core/errors/index.ts'

/** One line of a PAR file: one slice of the REC file. */
export interface ParImage {
  readonly slice: number
  readonly echo: number
  readonly dynamic: number
  /** 0 magnitude, 1 real, 2 imaginary, 3 phase; research exports use other numbers. */
  readonly type: number
  /** Place in the REC file, counted in images. */
  readonly recIndex: number
  readonly bits: 8 | 16
  readonly columns: number
  readonly rows: number
  readonly intercept: number
  readonly slope: number
  readonly scaleSlope: number
  /** Degrees about the anterior-posterior, feet-head and right-left axes. */
  readonly angulation: readonly [ap: number, fh: number, rl: number]
  /** Centre of the slice, millimetres. */
  readonly offCentre: readonly [ap: number, fh: number, rl: number]
  readonly thicknessMm: number
  readonly gapMm: number
  /** 1 transverse, 2 sagittal, 3 coronal. */
  readonly orientation: 1 | 2 | 3
  readonly spacing: readonly [x: number, y: number]
  /** In the unit of the file. */
  readonly echoTime: number
  /** Seconds after the start of the scan. */
  readonly dynamicBeginSeconds: number
  readonly flipAngleDegrees: number
}

export interface ParHeader {
  readonly protocolName?: string
  readonly acquisitionNumber?: number
  readonly trSeconds?: number
  readonly echoTimeSeconds?: number
  /** Whether times stand in seconds under headings that say milliseconds. */
  readonly isInSeconds: boolean
  readonly maxSlices: number
  readonly isDiffusion: boolean
  readonly images: readonly ParImage[]
}

/** What is found in a file of another kind, rather than a damaged one. */
export const notPar = 'no version'

const maxImages = 1_000_000

/**
 * Parses a PAR file of version 4, 4.1 or 4.2.
 *
 * @param text - The file.
 * @param file - Name for the messages.
 * @returns The header; at least one image.
 * @throws {LimbicError} `PAR_INVALID`.
 */
export function parsePar(text: string, file: string): ParHeader {
  const version = /CLINICAL TRYOUT\s+Research image export tool\s+V([\d.]+)/.exec(text)?.[1]
  if (version === undefined || !version.startsWith('4'))
    throw invalid(
      file,
      'version 4, 4.1 or 4.2',
      version === undefined ? notPar : `version ${version}`,
    )
  const lines = text.split(/\r?\n/).filter((line) => /^\s*\d/.test(line))
  if (lines.length === 0 || lines.length > maxImages)
    throw invalid(file, 'one line for each image', `${lines.length} lines`)
  const images = lines.map((line) => parseImage(line, file))
  const { columns, rows, bits } = images[0]!
  const odd = images.find(
    (image) => image.columns !== columns || image.rows !== rows || image.bits !== bits,
  )
  if (odd !== undefined)
    throw invalid(
      file,
      `images of ${columns} x ${rows} pixels`,
      `one of ${odd.columns} x ${odd.rows}`,
    )
  const field = (name: string): string | undefined => {
    const line = text.split(/\r?\n/).find((entry) => entry.startsWith('.') && entry.includes(name))
    const value = line?.slice(line.indexOf(':') + 1).trim()
    return value === '' ? undefined : value
  }
  const protocolName = field('Protocol name')
  const acquisitionNumber = Number(field('Acquisition nr'))
  const tr = Number((field('Repetition time') ?? '').split(/\s+/)[0])
  // Real-time exports write seconds under headings that say milliseconds; no echo of a slice comes within half a millisecond.
  const echoTime = images[0]!.echoTime
  const isInSeconds = echoTime > 0 && echoTime < 0.5
  const unit = isInSeconds ? 1 : 1000
  return {
    maxSlices:
      Number(field('Max. number of slices/locations')) ||
      new Set(images.map(({ slice }) => slice)).size,
    isDiffusion: field('Diffusion         <0=no 1=yes>') === '1',
    isInSeconds,
    images,
    ...(protocolName !== undefined && { protocolName }),
    ...(Number.isFinite(acquisitionNumber) && { acquisitionNumber }),
    ...(tr > 0 && { trSeconds: Number((tr / unit).toPrecision(6)) }),
    ...(echoTime > 0 && { echoTimeSeconds: Number((echoTime / unit).toPrecision(6)) }),
  }
}

function parseImage(line: string, file: string): ParImage {
  const n = line.trim().split(/\s+/).map(Number)
  const bits = n[7]
  const isWhole = n.length >= 36 && n.slice(0, 36).every(Number.isFinite)
  const sizes =
    isWhole &&
    n[9]! > 0 &&
    n[10]! > 0 &&
    n[6]! >= 0 &&
    [6, 9, 10].every((i) => Number.isInteger(n[i]))
  const fits =
    sizes && n[9]! <= 4096 && n[10]! <= 4096 && n[6]! < maxImages && n[28]! > 0 && n[29]! > 0
  const orientation = n[25]
  if (
    !fits ||
    (bits !== 8 && bits !== 16) ||
    (orientation !== 1 && orientation !== 2 && orientation !== 3)
  )
    throw invalid(
      file,
      'lines of at least 36 numbers that describe an image',
      `${n.length} columns, or sizes out of range`,
    )
  return {
    slice: n[0]!,
    echo: n[1]!,
    dynamic: n[2]!,
    type: n[4]!,
    recIndex: n[6]!,
    bits,
    columns: n[9]!,
    rows: n[10]!,
    intercept: n[11]!,
    slope: n[12]! === 0 ? 1 : n[12]!,
    scaleSlope: n[13]!,
    angulation: [n[16]!, n[17]!, n[18]!],
    offCentre: [n[19]!, n[20]!, n[21]!],
    thicknessMm: n[22]!,
    gapMm: n[23]!,
    orientation,
    spacing: [n[28]!, n[29]!],
    echoTime: n[30]!,
    dynamicBeginSeconds: n[31]!,
    flipAngleDegrees: n[35]!,
  }
}

function invalid(file: string, expected: string, found: string): LimbicError {
  return new LimbicError('PAR_INVALID', { file, expected, found })
}
