/** Volumes of a series -> repetition time and slice times in seconds, from whichever field of the vendor holds them. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import { seriesName, type FrameRef } from './frame-refs.ts'

export interface SeriesTiming {
  readonly trSeconds: number | undefined
  /** One per slice in the order of z. */
  readonly sliceTimesSeconds: number[] | undefined
  readonly findings: readonly Finding[]
}

const daySeconds = 86_400

/**
 * When volumes and slices were acquired.
 *
 * @param volumes - The volumes, frames in the order of z.
 * @returns Repetition time (six digits), slice times after the start of the volume (microseconds), and doubts about them.
 * @throws Never.
 * @remarks Slice times are read from the second volume if there is one, as dcm2niix does: some Siemens software stores those of
 *   the first one before they have settled. Philips stores no slice times.
 */
export function timingOf(volumes: readonly (readonly FrameRef[])[]): SeriesTiming {
  const findings: Finding[] = []
  const trSeconds = trOf(volumes, findings)
  const volume = volumes[1] ?? volumes[0]!
  const times =
    statedTimes(volume) ??
    acquiredTimes(volume) ??
    (trSeconds === undefined ? undefined : orderedTimes(volume, trSeconds))
  return { trSeconds, sliceTimesSeconds: times, findings }
}

function trOf(volumes: readonly (readonly FrameRef[])[], findings: Finding[]): number | undefined {
  const { header } = volumes[0]![0]!
  const stated = header.trSeconds
  const measured = intervalOf(volumes)
  const series = seriesName(header)
  // Three-dimensional and labelled acquisitions state the time between excitations; the clock knows that between volumes.
  if (
    stated !== undefined &&
    measured !== undefined &&
    Math.abs(measured - stated) > 0.1 * stated
  ) {
    findings.push(
      createFinding('warning', 'DICOM_TR_DOUBTFUL', {
        series,
        expected: `volumes ${stated} s apart, as the header says`,
        found: `${measured} s on average by their acquisition times, which is used`,
      }),
    )
    return measured
  }
  // No scanner fills a volume of several slices in a hundredth of a second; exports have written seconds for milliseconds.
  if (stated !== undefined && volumes[0]!.length > 1 && volumes.length > 1 && stated < 0.01) {
    findings.push(
      createFinding('warning', 'DICOM_TR_DOUBTFUL', {
        series,
        expected: 'at least 0.01 s for a volume of several slices',
        found: `${stated} s, which is left out`,
      }),
    )
    return measured
  }
  return stated ?? measured
}

function intervalOf(volumes: readonly (readonly FrameRef[])[]): number | undefined {
  const starts = volumes.map(startOf)
  if (volumes.length < 2 || !starts.every((start) => start !== undefined)) return undefined
  const span = Math.max(...starts) - Math.min(...starts)
  const seconds = (span > daySeconds / 2 ? daySeconds - span : span) / (volumes.length - 1)
  return seconds > 0 ? Number(seconds.toPrecision(6)) : undefined
}

/**
 * When the first slice of a volume was acquired.
 *
 * @param volume - Its frames.
 * @returns Seconds since midnight, or undefined when a frame does not say.
 * @throws Never.
 */
export function startOf(volume: readonly FrameRef[]): number | undefined {
  const times = sameDay(volume.map(({ frame }) => frame.acquiredAtSeconds))
  return times === undefined ? undefined : Math.min(...times) % daySeconds
}

/** Brings times on both sides of midnight onto one line. */
function sameDay(times: readonly (number | undefined)[]): number[] | undefined {
  if (!times.every((time) => time !== undefined)) return undefined
  const latest = Math.max(...times)
  return times.map((time) => (latest - time > daySeconds / 2 ? time + daySeconds : time))
}

function statedTimes(volume: readonly FrameRef[]): number[] | undefined {
  const times = volume.map(({ header, index }) => header.sliceTimesSeconds?.[index])
  return times.every((time) => time !== undefined) && volume[0]!.header.isMosaic
    ? fromZero(times)
    : undefined
}

function acquiredTimes(volume: readonly FrameRef[]): number[] | undefined {
  if (volume[0]!.header.vendor === 'philips' || volume[0]!.header.isMosaic) return undefined
  const times = sameDay(volume.map(({ frame }) => frame.acquiredAtSeconds))
  const tr = volume[0]!.header.trSeconds ?? Infinity
  if (times === undefined || Math.max(...times) - Math.min(...times) > tr) return undefined
  return fromZero(times)
}

/** GE names the order only; slices then follow each other at even distances within the repetition time. */
function orderedTimes(volume: readonly FrameRef[], trSeconds: number): number[] | undefined {
  const order = volume[0]!.header.sliceOrder
  if (order === undefined || volume.length < 2) return undefined
  const n = volume.length
  const slot = (slice: number): number =>
    order === 'sequential'
      ? slice
      : slice % 2 === 0
        ? slice / 2
        : Math.ceil(n / 2) + (slice - 1) / 2
  // Image numbers count the slices from where the scan was prescribed to start, which may be either end.
  const first = volume[0]!.header.instanceNumber ?? 0
  const isReversed = first > (volume.at(-1)!.header.instanceNumber ?? 0)
  return volume.map((_, z) => rounded((slot(isReversed ? n - 1 - z : z) * trSeconds) / n))
}

function fromZero(times: readonly number[]): number[] | undefined {
  const start = Math.min(...times)
  const shifted = times.map((time) => rounded(time - start))
  return shifted.some((time) => time > 0) ? shifted : undefined
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(6))
}
