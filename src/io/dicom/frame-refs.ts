/** Frames of many files -> one list per part of a series: same kind, echo, size and orientation. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import type { DicomFrame, DicomHeader, DicomImage } from './types.ts'
import { dot } from './vectors.ts'

/** A file without its pixels. */
export type ImageOutline = Omit<DicomImage, 'pixels'>

/** A frame, and where it comes from. */
export interface FrameRef {
  /** Index into the list of images. */
  readonly image: number
  /** Index into the frames of that image. */
  readonly index: number
  readonly frame: DicomFrame
  readonly header: DicomHeader
}

/** Frames that could make up volumes of one image. */
export interface SeriesPart {
  readonly refs: readonly FrameRef[]
  readonly findings: readonly Finding[]
}

/**
 * How a series is called in messages.
 *
 * @param header - Header of one of its images.
 * @returns `series 4 (ep2d_bold)`.
 * @throws Never.
 */
export function seriesName(header: DicomHeader): string {
  const name = header.seriesDescription ?? header.protocolName
  const number = header.seriesNumber === undefined ? 'series' : `series ${header.seriesNumber}`
  return name === undefined ? number : `${number} (${name})`
}

/**
 * Sorts the frames of one series into parts, and drops copies of the same image.
 *
 * @param images - Files of one series, any order.
 * @returns The parts: magnitude before phase, short echoes before long ones as far as the files are in that order.
 * @throws Never.
 */
export function splitIntoParts(images: readonly ImageOutline[]): SeriesPart[] {
  const seen = new Set<string>()
  const parts: { refs: FrameRef[]; findings: Finding[] }[] = []
  const numbers = new Set<string>()
  let nCopies = 0
  let nConflicts = 0
  images.forEach(({ header, frames, findings }, image) => {
    if (seen.has(header.imageKey)) return void nCopies++
    seen.add(header.imageKey)
    const number = volumeNumberOf(header)
    if (number !== undefined && numbers.has(number)) return void nConflicts++
    if (number !== undefined) numbers.add(number)
    frames.forEach((frame, index) => {
      const ref = { image, index, frame, header }
      const part = parts.find(({ refs }) => belongTogether(refs[0]!.frame, frame))
      if (part === undefined) parts.push({ refs: [ref], findings: [...findings] })
      else part.refs.push(ref)
    })
  })
  const report = (count: number, what: string): void => {
    if (count === 0 || parts[0] === undefined) return
    const series = seriesName(images[0]!.header)
    parts[0].findings.push(createFinding('warning', 'DICOM_DUPLICATE', { series, count, what }))
  }
  report(nCopies, 'files with the UID of another')
  report(nConflicts, 'different volumes with one image number; the first by file name is kept')
  return parts
}

/** A mosaic is a whole volume, so two with one number claim the same place in time. */
function volumeNumberOf({
  isMosaic,
  instanceNumber,
  acquisitionNumber,
  echoTimeSeconds,
}: DicomHeader): string | undefined {
  if (!isMosaic || instanceNumber === undefined) return undefined
  return [instanceNumber, acquisitionNumber, echoTimeSeconds].join()
}

/** Orientations may differ a little: prospective motion correction turns the slices from volume to volume. */
function belongTogether(a: DicomFrame, b: DicomFrame): boolean {
  return (
    a.kind === b.kind &&
    a.echoTimeSeconds === b.echoTimeSeconds &&
    a.columns === b.columns &&
    a.rows === b.rows &&
    dot(a.rowDirection, b.rowDirection) > 0.98 &&
    dot(a.columnDirection, b.columnDirection) > 0.98
  )
}
