/** DICOM and PAR/REC images in any order -> volumes, each as soon as its last slice is there. */
import { LimbicError } from '../../../core/errors/index.ts'
import {
  assembleSeries,
  type DicomFrame,
  type DicomHeader,
  type DicomImage,
} from '../../../io/dicom/index.ts'
import type { ArrivedVolume } from '../../volume-source.ts'
import { arrivedVolume } from '../arrived-volume.ts'
import { partsOfImage, type DicomNumberRule, type VolumePart } from './dicom-volume-number.ts'
import { isBlank, type FileContext } from './parsed-file.ts'

export interface AssemblerRule extends DicomNumberRule {
  /** Number of the series that is decoded; the first one that comes by default. */
  readonly series: number | null
  /** How long slices may be missing before somebody is told. */
  readonly patienceMs: number
}

export interface Assembled {
  readonly volumes: readonly ArrivedVolume[]
  readonly problems: readonly LimbicError[]
  /** What keeps a volume from being taken although all of it is there. */
  readonly blank?: string
}

export interface DicomAssembler {
  /** Adds one file. */
  add(image: DicomImage, context: FileContext): Assembled
  /** Volumes that lack slices for too long, each once. */
  overdue(nowMs: number): LimbicError[]
  /** When `overdue` will have something to say; null when no volume lacks slices. */
  readonly deadlineMs: number | null
}

interface Pending {
  readonly nSlices: number
  readonly images: Map<string, DicomImage>
  latestMs: number
  origin: string
  isReported: boolean
}

/** Volumes that may lack slices at the same time. */
const maxPending = 32

/**
 * Makes an assembler for one run.
 *
 * @param rule - Which series, how volumes are numbered, and how long to wait for slices.
 * @returns The assembler. It holds the slices of incomplete volumes only, of at most 32 volumes.
 * @throws Never. `add` throws {LimbicError} for an image that is no part of any volume.
 */
export function createDicomAssembler(rule: AssemblerRule): DicomAssembler {
  const pending = new Map<number, Pending>()
  const otherSeries = new Set<string>()
  let seriesKey: string | null = null
  let echo: number | undefined

  const belongs = (image: DicomImage): boolean => {
    const { header, frames } = image
    const [frame] = frames
    if (frame === undefined || !frames.some(({ kind }) => kind === 'magnitude')) return false
    if (rule.series !== null && header.seriesNumber !== rule.series) return false
    if (seriesKey === null) {
      seriesKey = header.seriesKey
      echo = frame.echoTimeSeconds
    }
    return header.seriesKey === seriesKey && frame.echoTimeSeconds === echo
  }

  const add = (image: DicomImage, context: FileContext): Assembled => {
    if (!belongs(image)) {
      const key = `${image.header.seriesKey} ${image.frames[0]?.kind} ${image.frames[0]?.echoTimeSeconds}`
      if (otherSeries.has(key)) return { volumes: [], problems: [] }
      otherSeries.add(key)
      return { volumes: [], problems: [otherSeriesError(image, context.name, rule)] }
    }
    const results = partsOfImage(image, context.name, rule).map((part) =>
      part.frames.length >= part.nSlices
        ? whole(part, [{ ...image, frames: part.frames }], context)
        : addSlice(part, image, context),
    )
    const blank = results.find((result) => result.blank !== undefined)?.blank
    return {
      volumes: results.flatMap(({ volumes }) => volumes),
      problems: results.flatMap(({ problems }) => problems),
      ...(blank !== undefined && { blank }),
    }
  }

  const addSlice = (part: VolumePart, image: DicomImage, context: FileContext): Assembled => {
    const volume = pending.get(part.index) ?? open(part)
    const place = part.frames.map(({ position }) => position.map(toMicrometres).join()).join()
    const known = volume.images.get(place)
    if (known !== undefined && !hasSamePixels(known, image)) {
      const problem = new LimbicError('RT_SLICE_CONFLICT', {
        file: context.name,
        volume: part.index,
      })
      return { volumes: [], problems: [problem] }
    }
    volume.images.set(place, { ...image, frames: part.frames })
    volume.latestMs = context.receivedAtMs
    volume.origin = context.name
    volume.isReported = false
    if (volume.images.size < part.nSlices) return { volumes: [], problems: forgetOldest() }
    pending.delete(part.index)
    return whole(part, [...volume.images.values()], context)
  }

  const open = ({ index, nSlices }: VolumePart): Pending => {
    const volume = { nSlices, images: new Map(), latestMs: 0, origin: '', isReported: false }
    pending.set(index, volume)
    return volume
  }

  const forgetOldest = (): LimbicError[] => {
    if (pending.size <= maxPending) return []
    const oldest = [...pending].slice(0, 1)
    return oldest.map(([index, volume]) => {
      pending.delete(index)
      return incomplete(index, volume)
    })
  }

  return {
    add,
    overdue(nowMs) {
      const late = [...pending].filter(
        ([, volume]) => !volume.isReported && nowMs - volume.latestMs >= rule.patienceMs,
      )
      return late.map(([index, volume]) => {
        volume.isReported = true
        return incomplete(index, volume)
      })
    },
    get deadlineMs() {
      const times = [...pending.values()]
        .filter(({ isReported }) => !isReported)
        .map(({ latestMs }) => latestMs + rule.patienceMs)
      return times.length === 0 ? null : Math.min(...times)
    },
  }
}

function whole(
  { index }: VolumePart,
  images: readonly DicomImage[],
  { name, receivedAtMs }: FileContext,
): Assembled {
  const { volumes, geometry, trSeconds } = assembleSeries(images)
  const [volume] = volumes
  const data = new Float32Array(volume?.data ?? [])
  if (isBlank(data))
    return { volumes: [], problems: [], blank: 'a header and pixels that are all zero' }
  const { shape, affine } = geometry
  const acquired = volume?.acquiredAtSeconds
  return {
    volumes: [
      arrivedVolume({
        index,
        grid: { shape, affine },
        trSeconds: trSeconds ?? null,
        data,
        acquiredAt: acquired === undefined ? null : formatTimeOfDay(acquired),
        receivedAtMs,
        origin: name,
      }),
    ],
    problems: [],
  }
}

/**
 * A time of day as scanners write it.
 *
 * @param seconds - Seconds since midnight.
 * @returns Hours, minutes, seconds and microseconds.
 * @throws Never.
 * @example
 * const text = formatTimeOfDay(46070.3275) // text = '12:47:50.327500'
 */
export function formatTimeOfDay(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const rest = (seconds % 60).toFixed(6).padStart(9, '0')
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${rest}`
}

function toMicrometres(mm: number): number {
  return Math.round(mm * 1000)
}

function hasSamePixels(a: DicomImage, b: DicomImage): boolean {
  const bytes = ({ pixels }: DicomImage): Buffer =>
    Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  return bytes(a).equals(bytes(b))
}

function incomplete(volume: number, { images, nSlices, origin }: Pending): LimbicError {
  return new LimbicError('RT_VOLUME_INCOMPLETE', {
    origin,
    volume,
    found: `${images.size} of ${nSlices}`,
  })
}

function otherSeriesError(
  { header, frames }: DicomImage,
  file: string,
  { series }: AssemblerRule,
): LimbicError {
  return new LimbicError('RT_SERIES_OTHER', {
    file,
    expected:
      series === null
        ? 'magnitude images of the first series and its first echo'
        : `magnitude images of series ${series}`,
    found: describe(header, frames[0]),
  })
}

function describe({ seriesNumber }: DicomHeader, frame: DicomFrame | undefined): string {
  const series = seriesNumber === undefined ? 'a series without number' : `series ${seriesNumber}`
  const echo = frame?.echoTimeSeconds
  return `${series}, ${frame?.kind ?? 'no image'}${echo === undefined ? '' : `, echo time ${echo} s`}`
}
