/** Parsed images of one series -> its volumes in memory, with geometry and timing. */
import { LimbicError } from '../../core/errors/index.ts'
import { fillVolume, voxelTypeOf } from './fill-volume.ts'
import { seriesName } from './frame-refs.ts'
import { planSeries, type SeriesPlan } from './plan-series.ts'
import { present } from './present.ts'
import { startOf } from './series-timing.ts'
import type { AssembleOptions, DicomImage, DicomSeriesInfo, DicomVolume } from './types.ts'

/** A series and all its volumes. */
export interface AssembledSeries extends DicomSeriesInfo {
  readonly volumes: readonly DicomVolume[]
}

/**
 * Assembles the volumes of one series; it must have one kind, echo and orientation.
 *
 * @param images - Its files in any order: one for each slice (GE, Philips classic), for each volume (mosaics, XA) or for all.
 * @param options - `intensity` of Philips data; `dropLastIncomplete`.
 * @returns Volumes in order of time, geometry, repetition time, slice times, phase encoding, and findings.
 * @throws {LimbicError} `DICOM_SERIES_MIXED` for several series, kinds, echoes or orientations, or none; `DICOM_SERIES_INCOMPLETE`.
 */
export function assembleSeries(
  images: readonly DicomImage[],
  options: AssembleOptions = {},
): AssembledSeries {
  const parts = assembleParts(images, options)
  if (parts.length === 1) return parts[0]!
  throw new LimbicError('DICOM_SERIES_MIXED', {
    series: images[0] === undefined ? 'no images' : seriesName(images[0].header),
    expected: 'one kind of image, one echo and one orientation',
    found:
      parts.map(({ kind, geometry }) => `${kind} ${geometry.shape.join(' x ')}`).join(', ') ||
      'no images',
  })
}

/**
 * Assembles every part of a series: magnitude apart from phase, each echo, each orientation.
 *
 * @param images - The files of one series, any order.
 * @param options - As for {@link assembleSeries}.
 * @returns The parts, in the order of their first frames.
 * @throws {LimbicError} `DICOM_SERIES_MIXED` for images of several series; `DICOM_SERIES_INCOMPLETE`.
 */
export function assembleParts(
  images: readonly DicomImage[],
  options: AssembleOptions = {},
): AssembledSeries[] {
  const keys = new Set(images.map(({ header }) => header.seriesKey))
  if (keys.size > 1)
    throw new LimbicError('DICOM_SERIES_MIXED', {
      series: seriesName(images[0]!.header),
      expected: 'images of one series',
      found: `images of ${keys.size} series`,
    })
  return planSeries(images, options).map((plan) => fillPart(plan(), images, options))
}

function fillPart(
  { info, volumes }: SeriesPlan,
  images: readonly DicomImage[],
  options: AssembleOptions,
): AssembledSeries {
  const type = voxelTypeOf(volumes.flat(), images[volumes[0]![0]!.image]!.pixels, options)
  return {
    ...info,
    volumes: volumes.map((volume, index) => ({
      index,
      data: fillVolume(volume, (image) => images[image]!.pixels, type),
      ...present({ acquiredAtSeconds: startOf(volume) }),
    })),
  }
}
