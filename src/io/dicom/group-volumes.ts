/** Frames of one part of a series -> volumes in time, each a list of frames sorted along the slice normal. */
import { LimbicError } from '../../core/errors/index.ts'
import { seriesName, type FrameRef } from './frame-refs.ts'
import type { AssembleOptions } from './types.ts'
import { cross, dot } from './vectors.ts'

export interface GroupOptions extends Pick<AssembleOptions, 'dropLastIncomplete'> {
  /** Whether the number of slices in the header is that of these frames; headers of localisers count those of all stacks. */
  readonly countsSlices: boolean
}

type Placed = FrameRef & { readonly place: number }

/**
 * Groups frames into volumes.
 *
 * @param refs - Frames of one part, at least one.
 * @param options - See `GroupOptions`.
 * @returns The volumes in order of time, each with the same number of slices, and the number of frames left out.
 * @throws {LimbicError} `DICOM_SERIES_INCOMPLETE`, naming the missing slices and volumes.
 * @remarks Time comes from the header where it tells volumes apart, else from image numbers.
 */
export function groupVolumes(
  refs: readonly FrameRef[],
  options: GroupOptions,
): { volumes: FrameRef[][]; nDropped: number } {
  const first = refs[0]!.frame
  const normal = cross(first.rowDirection, first.columnDirection)
  const placed = refs.map((ref) => ({ ...ref, place: dot(ref.frame.position, normal) }))
  const tolerance = 0.1 * (first.sliceSpacingMm ?? first.sliceThicknessMm ?? 1)
  const groups = (byTimeKey(placed, tolerance) ?? byNumber(placed, tolerance)).map((group) =>
    group.toSorted((a, b) => a.place - b.place),
  )
  const last = groups.at(-1)!
  const nSlices = Math.max(...groups.map((group) => group.length))
  const dropsLast =
    options.dropLastIncomplete === true && last.length < nSlices && groups.length > 1
  const volumes = dropsLast ? groups.slice(0, -1) : groups
  assertComplete(volumes, expectedSlices(volumes, nSlices, options), nSlices, tolerance)
  return { volumes, nDropped: dropsLast ? last.length : 0 }
}

function byTimeKey(refs: readonly Placed[], tolerance: number): Placed[][] | undefined {
  const groups = new Map<string, Placed[]>()
  for (const ref of refs) {
    const key = ref.frame.timeKey?.join()
    if (key === undefined) return undefined
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [ref])
    else group.push(ref)
  }
  const sorted = [...groups.values()].sort((a, b) =>
    compareKeys(a[0]!.frame.timeKey!, b[0]!.frame.timeKey!),
  )
  return sorted.some((group) => hasRepeat(group, tolerance)) ? undefined : sorted
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - (b[i] ?? 0)
  return 0
}

function hasRepeat(group: readonly Placed[], tolerance: number): boolean {
  const places = group.map(({ place }) => place).sort((a, b) => a - b)
  return places.some((place, i) => i > 0 && place - places[i - 1]! < tolerance)
}

function byNumber(refs: readonly Placed[], tolerance: number): Placed[][] {
  const slices = sliceNumbers(refs, tolerance)
  const counted = byArithmetic(refs, slices)
  if (counted?.some((group) => hasRepeat(group, tolerance)) === false) return counted
  const sorted = refs
    .map((ref, i) => ({ ref, slice: slices[i]! }))
    .sort((a, b) => compareNumbers(a.ref, b.ref))
  const isBySlice = sorted.length > 1 && sorted[0]!.slice === sorted[1]!.slice
  return isBySlice ? byOccurrence(sorted) : byRepeat(sorted)
}

/** Numbers the places along the slice normal; those closer than the tolerance are one. */
function sliceNumbers(refs: readonly Placed[], tolerance: number): number[] {
  const order = refs.map((_, i) => i).sort((a, b) => refs[a]!.place - refs[b]!.place)
  const numbers = new Array<number>(refs.length)
  let number = 0
  order.forEach((ref, i) => {
    const previous = i === 0 ? undefined : refs[order[i - 1]!]!.place
    if (previous !== undefined && refs[ref]!.place - previous > tolerance) number++
    numbers[ref] = number
  })
  return numbers
}

/**
 * Images counted volume by volume from 1: volume = (number - 1) / slices. Holds only if the rest of that division stands for the
 * same place throughout; then a missing image leaves all others where they belong.
 */
function byArithmetic(refs: readonly Placed[], slices: readonly number[]): Placed[][] | undefined {
  const nSlices = new Set(slices).size
  const placeOf = new Map<number, number>()
  const groups = new Map<number, Placed[]>()
  for (const [i, ref] of refs.entries()) {
    const number = ref.header.instanceNumber
    if (number === undefined || !Number.isInteger(number) || number < 1) return undefined
    const rest = (number - 1) % nSlices
    if (placeOf.has(rest) && placeOf.get(rest) !== slices[i]) return undefined
    placeOf.set(rest, slices[i]!)
    const volume = Math.floor((number - 1) / nSlices)
    const group = groups.get(volume) ?? []
    group.push({ ...ref, frame: { ...ref.frame, timeKey: [volume + 1] } })
    groups.set(volume, group)
  }
  const areTold = new Set(placeOf.values()).size === placeOf.size
  const sorted = [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
  return areTold ? sorted : undefined
}

function compareNumbers(a: Placed, b: Placed): number {
  return (
    (a.header.acquisitionNumber ?? 0) - (b.header.acquisitionNumber ?? 0) ||
    (a.header.instanceNumber ?? 0) - (b.header.instanceNumber ?? 0) ||
    a.image - b.image ||
    a.index - b.index
  )
}

/** Counted slice by slice through all volumes: the n-th image of a place belongs to volume n. */
function byOccurrence(sorted: readonly { ref: Placed; slice: number }[]): Placed[][] {
  const counts = new Map<number, number>()
  const groups: Placed[][] = []
  for (const { ref, slice } of sorted) {
    const occurrence = counts.get(slice) ?? 0
    counts.set(slice, occurrence + 1)
    ;(groups[occurrence] ??= []).push(ref)
  }
  return groups
}

/** Counted in an order of its own, as interleaved slices are: a place that occurs again starts the next volume. */
function byRepeat(sorted: readonly { ref: Placed; slice: number }[]): Placed[][] {
  const groups: Placed[][] = []
  let seen = new Set<number>()
  for (const { ref, slice } of sorted) {
    if (groups.length === 0 || seen.has(slice)) {
      groups.push([])
      seen = new Set()
    }
    groups.at(-1)!.push(ref)
    seen.add(slice)
  }
  return groups
}

function expectedSlices(
  volumes: readonly Placed[][],
  nSlices: number,
  { countsSlices }: GroupOptions,
): number {
  const { header } = volumes[0]![0]!
  return countsSlices && !header.isMosaic ? Math.max(nSlices, header.nSlicesExpected ?? 0) : nSlices
}

function assertComplete(
  volumes: readonly Placed[][],
  expected: number,
  nSlices: number,
  tolerance: number,
): void {
  const { header } = volumes[0]![0]!
  const whole = volumes.find((volume) => volume.length === nSlices)!
  const problems = [
    ...gapsIn(whole, expected),
    ...volumes.flatMap((volume, i) => missingSlices(volume, whole, i, tolerance)),
    ...missingVolumes(volumes),
  ]
  if (problems.length === 0) return
  const shown = problems.slice(0, 8).join('; ')
  throw new LimbicError('DICOM_SERIES_INCOMPLETE', {
    series: seriesName(header),
    expected: `${expected} slices in each volume, at even distances, and no volume left out`,
    found: problems.length > 8 ? `${shown}; and ${problems.length - 8} more` : shown,
  })
}

function gapsIn(volume: readonly Placed[], expected: number): string[] {
  const steps = volume.slice(1).map((ref, i) => ref.place - volume[i]!.place)
  const smallest = Math.min(...steps)
  const gaps = steps.flatMap((step, i) =>
    step > 1.5 * smallest
      ? [
          `no slice between ${volume[i]!.place.toFixed(1)} and ${volume[i + 1]!.place.toFixed(1)} mm`,
        ]
      : [],
  )
  if (gaps.length > 0 || volume.length >= expected) return gaps
  return [`only ${volume.length} of ${expected} slices in every volume`]
}

function missingSlices(
  volume: readonly Placed[],
  whole: readonly Placed[],
  index: number,
  tolerance: number,
): string[] {
  if (volume.length === whole.length) return []
  const missing = whole.flatMap(({ place }, slice) =>
    volume.some((ref) => Math.abs(ref.place - place) < 2 * tolerance) ? [] : [slice + 1],
  )
  return [`volume ${index + 1} lacks slice${missing.length === 1 ? '' : 's'} ${missing.join(', ')}`]
}

/** Volumes that are numbered one by one must be so without gaps; the first may have any number. */
function missingVolumes(volumes: readonly Placed[][]): string[] {
  const keys = volumes.map((volume) => volume[0]!.frame.timeKey)
  if (!keys.every((key) => key?.length === 1)) return []
  const numbers = keys.map((key) => key![0]!)
  return numbers.flatMap((number, i) => {
    const previous = i === 0 ? number - 1 : numbers[i - 1]!
    if (number - previous <= 1) return []
    const lost = number - previous - 1
    return [
      lost === 1
        ? `volume ${previous + 1} is missing`
        : `volumes ${previous + 1} to ${number - 1} are missing`,
    ]
  })
}
