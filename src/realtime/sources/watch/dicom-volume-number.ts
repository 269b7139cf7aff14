/** The header of one DICOM or PAR/REC image -> which volumes its frames belong to. */
import { LimbicError } from '../../../core/errors/index.ts'
import type { DicomFrame, DicomHeader, DicomImage } from '../../../io/dicom/index.ts'
import { groupBy } from '../../../io/bids/group-by.ts'
import { indexOfName, indexOfNumber } from '../volume-number.ts'

export interface DicomNumberRule {
  /** Names must match it; a group `volume` wins over the header. */
  readonly pattern: RegExp
  /** Number of the first volume; by default 0 in names (of PAR files too) and 1 in DICOM headers, as scanners count. */
  readonly firstIndex: number | null
  /** Slices of a volume, where headers do not say. */
  readonly slices: number | null
}

/** The frames of an image that belong to one volume. */
export interface VolumePart {
  /** 0-based. */
  readonly index: number
  readonly frames: readonly DicomFrame[]
  /** Slices that the volume has; those of this part when the image holds all of them. */
  readonly nSlices: number
}

/**
 * Sorts the frames of an image by volume.
 *
 * @param image - One file, without or with pixels.
 * @param name - Its name without folders.
 * @param rule - Pattern, first number, slices.
 * @returns One part for each volume, in order: mosaics and most enhanced files hold one, an enhanced file of a whole run all of them. Frames of
 *   phase, real and imaginary images are left out.
 * @throws {LimbicError} `RT_INDEX_UNKNOWN`, `RT_SLICES_UNKNOWN`.
 * @remarks By the name if the pattern says so; else the temporal position; else the instance number, which runs through the slices of one volume
 *   after the other where there is one file for each slice (GE); else the acquisition number.
 */
export function partsOfImage(
  image: Pick<DicomImage, 'header' | 'frames'>,
  name: string,
  rule: DicomNumberRule,
): VolumePart[] {
  const frames = image.frames.filter(({ kind }) => kind === 'magnitude')
  const [frame] = frames
  if (frame === undefined) return []
  const groups = groupBy(frames, ({ timeKey }) => timeKey?.join() ?? '')
  if (groups.length > 1) return partsOfRun(groups, name, rule)
  const nSlices = slicesOf(image.header, frames, name, rule)
  const imagesPerVolume = frames.length < nSlices ? nSlices : 1
  const index = indexOf(image.header, frame, imagesPerVolume, name, rule)
  return [{ index, frames, nSlices }]
}

/** A file with several volumes. They are numbered in the file itself, or follow each other in it. */
function partsOfRun(
  groups: readonly (readonly DicomFrame[])[],
  name: string,
  rule: DicomNumberRule,
): VolumePart[] {
  const keyed = groups.map((frames) => ({ frames, key: frames[0]?.timeKey ?? [] }))
  return keyed
    .toSorted((a, b) => compareKeys(a.key, b.key))
    .map(({ frames, key: [number, ...others] }, i) => {
      const isNumber = number !== undefined && others.length === 0
      const index = isNumber ? indexOfNumber(number, rule.firstIndex ?? 1, name) : i
      return { index, frames, nSlices: frames.length }
    })
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((value, i) => value - (b[i] ?? 0))
  return differences.find((difference) => difference !== 0) ?? 0
}

/** Files of one frame are slices unless they are mosaics; all others hold whole volumes. */
function slicesOf(
  header: DicomHeader,
  frames: readonly DicomFrame[],
  name: string,
  { slices }: DicomNumberRule,
): number {
  if (header.isMosaic || frames.length > 1) return frames.length
  const nSlices = slices ?? header.nSlicesExpected
  if (nSlices !== undefined && nSlices > 0) return nSlices
  throw new LimbicError('RT_SLICES_UNKNOWN', { file: name })
}

function indexOf(
  header: DicomHeader,
  frame: DicomFrame,
  imagesPerVolume: number,
  name: string,
  { pattern, firstIndex }: DicomNumberRule,
): number {
  const named = indexOfName(name, { pattern, firstIndex: firstIndex ?? 0 })
  if (named !== undefined) return named
  const number = numberOf(header, frame, imagesPerVolume)
  if (number === undefined)
    throw new LimbicError('RT_INDEX_UNKNOWN', {
      file: name,
      expected: 'a temporal position, an instance number or an acquisition number in the header',
      found: 'none of them',
    })
  return indexOfNumber(number, firstIndex ?? (header.format === 'par-rec' ? 0 : 1), name)
}

function numberOf(
  { instanceNumber, acquisitionNumber }: DicomHeader,
  { timeKey }: DicomFrame,
  imagesPerVolume: number,
): number | undefined {
  if (timeKey?.length === 1) return timeKey[0]
  if (instanceNumber !== undefined) return Math.floor((instanceNumber - 1) / imagesPerVolume) + 1
  return acquisitionNumber
}
