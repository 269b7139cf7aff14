/** Files of one series without their pixels -> what the series is, and which frame of which file fills which slice. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import {
  seriesName,
  splitIntoParts,
  type FrameRef,
  type ImageOutline,
  type SeriesPart,
} from './frame-refs.ts'
import { groupVolumes, type GroupOptions } from './group-volumes.ts'
import { present } from './present.ts'
import { geometryOf, movementOf } from './series-geometry.ts'
import { timingOf } from './series-timing.ts'
import type { AssembleOptions, DicomHeader, DicomSeriesInfo } from './types.ts'

/** A series before its voxels are read. */
export interface SeriesPlan {
  readonly info: DicomSeriesInfo
  /** Frames of each volume in the order of z. */
  readonly volumes: readonly (readonly FrameRef[])[]
}

/**
 * Plans every part of a series: magnitude and phase, each echo, each orientation.
 *
 * @param images - Files of one series, any order.
 * @param options - See `AssembleOptions`.
 * @returns Functions that plan one part each, so that one that cannot be planned leaves the others be.
 * @throws Never. The functions throw {LimbicError} `DICOM_SERIES_INCOMPLETE`.
 */
export function planSeries(
  images: readonly ImageOutline[],
  options: AssembleOptions,
): (() => SeriesPlan)[] {
  const parts = splitIntoParts(images)
  return parts.map(
    ({ refs, findings }) =>
      () =>
        planPart(refs, findings, { ...options, countsSlices: isOneStack(refs, parts) }),
  )
}

/** Localisers have stacks of several orientations, and headers count the slices of all. */
function isOneStack(refs: readonly FrameRef[], parts: readonly SeriesPart[]): boolean {
  const { kind, echoTimeSeconds } = refs[0]!.frame
  const alike = parts.filter(
    ({ refs: [first] }) =>
      first!.frame.kind === kind && first!.frame.echoTimeSeconds === echoTimeSeconds,
  )
  return alike.length === 1
}

function planPart(
  refs: readonly FrameRef[],
  found: readonly Finding[],
  options: GroupOptions,
): SeriesPlan {
  const { volumes, nDropped } = groupVolumes(refs, options)
  const { frame, header } = volumes[0]![0]!
  const { trSeconds, sliceTimesSeconds, findings } = timingOf(volumes)
  const geometry = geometryOf(volumes[0]!)
  const all = [
    ...found,
    ...findings,
    ...droppedFinding(header, nDropped, volumes[0]!.length),
    ...movementFinding(header, volumes),
    ...unsplitFinding(header, frame, volumes),
  ]
  const info: DicomSeriesInfo = {
    header,
    kind: frame.kind,
    geometry,
    nVolumes: volumes.length,
    sliceSpacingMm: geometry.voxelSizeMm[2],
    findings: all,
    ...phaseEncodingOf(header),
    ...present({
      trSeconds,
      sliceTimesSeconds,
      echoTimeSeconds: frame.echoTimeSeconds,
      sliceThicknessMm: frame.sliceThicknessMm,
      multibandFactor: multibandOf(sliceTimesSeconds),
    }),
  }
  return { info, volumes }
}

/** Rows of the grid run against DICOM's columns, so a positive direction down a column is `j-`. */
function phaseEncodingOf({
  phaseEncodingAxis,
  phaseEncodingPositive,
}: DicomHeader): Pick<DicomSeriesInfo, 'phaseEncodingAxis' | 'phaseEncodingDirection'> {
  if (phaseEncodingAxis === undefined) return {}
  const axis = phaseEncodingAxis === 'column' ? 'j' : 'i'
  if (phaseEncodingPositive === undefined) return { phaseEncodingAxis: axis }
  const isNegative = (axis === 'j') === phaseEncodingPositive
  return { phaseEncodingAxis: axis, phaseEncodingDirection: isNegative ? `${axis}-` : axis }
}

function multibandOf(sliceTimes: readonly number[] | undefined): number | undefined {
  if (sliceTimes === undefined) return undefined
  const factor = sliceTimes.length / new Set(sliceTimes).size
  return Number.isInteger(factor) && factor > 1 ? factor : undefined
}

function droppedFinding(header: DicomHeader, nDropped: number, nSlices: number): Finding[] {
  if (nDropped === 0) return []
  return [
    createFinding('warning', 'DICOM_SERIES_INCOMPLETE', {
      series: seriesName(header),
      expected: `${nSlices} slices in the last volume`,
      found: `${nDropped}, so the volume is left out`,
    }),
  ]
}

function movementFinding(header: DicomHeader, volumes: SeriesPlan['volumes']): Finding[] {
  const { count, mm } = movementOf(volumes)
  if (count === 0) return []
  return [createFinding('warning', 'DICOM_VOLUME_MOVED', { series: seriesName(header), count, mm })]
}

/** Tiles are told from interpolation by their number: no scanner interpolates three times or more. */
function unsplitFinding(
  header: DicomHeader,
  { columns, rows }: FrameRef['frame'],
  volumes: SeriesPlan['volumes'],
): Finding[] {
  const matrix = header.acquisitionMatrix
  const nAcross = matrix === undefined ? undefined : columns / matrix[0]
  const isTiled =
    nAcross === undefined
      ? volumes.length > 1 && columns === rows && columns >= 256
      : nAcross >= 3 && Number.isInteger(nAcross) && rows === nAcross * (matrix?.[1] ?? 0)
  if (volumes[0]!.length > 1 || header.isMosaic || !isTiled) return []
  return [
    createFinding('error', 'DICOM_MOSAIC_UNSPLIT', {
      series: seriesName(header),
      columns,
      rows,
      acquisitionMatrix: matrix,
    }),
  ]
}
