/** The volumes of a run as stored -> volumes without gaps: blank ones and values that are no numbers are stood in for by what came before. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import { readVolumes, type NiftiVolume } from '../../io/nifti/index.ts'

/** What had to be stood in for. */
export interface VolumeGaps {
  /** Volumes in which all values are equal or none is a number, ascending. */
  readonly blank: number[]
  /** Volumes with values that are no numbers, ascending. */
  readonly notFinite: number[]
  /** The most such values in a volume. */
  worst: number
}

/**
 * No gap yet.
 *
 * @returns Gaps to be passed to `readUsableVolumes`.
 * @throws Never.
 * @example
 * const worst = createGaps().worst // worst = 0
 */
export function createGaps(): VolumeGaps {
  return { blank: [], notFinite: [], worst: 0 }
}

/**
 * Streams a run.
 *
 * @param file - Its image.
 * @param first - `[nVoxels]`, what stands in for blank volumes before the first usable one; the reference volume, as a rule.
 * @param gaps - Filled as volumes come.
 * @returns Volumes in order, all values finite. A blank volume is a copy of the one before it; a value that is no number takes the voxel's value
 *   before it, or 0. No volume depends on a later one.
 * @throws {LimbicError} Those of `readVolumes`.
 */
export async function* readUsableVolumes(
  file: string,
  first: Float32Array,
  gaps: VolumeGaps,
): AsyncGenerator<NiftiVolume> {
  let previous: Float32Array | undefined
  for await (const { index, data } of readVolumes(file)) {
    const { nFinite, isBlank } = describeValues(data)
    const nBad = data.length - nFinite
    if (isBlank) gaps.blank.push(index)
    else if (nBad > 0) gaps.notFinite.push(index)
    gaps.worst = Math.max(gaps.worst, isBlank ? 0 : nBad)
    if (isBlank) data.set(previous ?? first)
    else if (nBad > 0) fillGaps(data, previous)
    previous = data
    yield { index, data }
  }
}

/**
 * Says what was stood in for.
 *
 * @param gaps - As filled.
 * @param bold - The image, for messages.
 * @param nVolumes - Volumes of the run.
 * @returns At most two warnings.
 * @throws Never.
 */
export function describeGaps(gaps: VolumeGaps, bold: string, nVolumes: number): Finding[] {
  const { blank, notFinite, worst } = gaps
  const findings: Finding[] = []
  if (blank.length > 0)
    findings.push(createFinding('warning', 'VOLUMES_BLANK', { bold, volumes: blank, nVolumes }))
  if (notFinite.length > 0)
    findings.push(
      createFinding('warning', 'VOLUMES_NOT_FINITE', { bold, volumes: notFinite, worst }),
    )
  return findings
}

/**
 * Counts the finite values of a volume.
 *
 * @param volume - `[nVoxels]`.
 * @returns How many are finite, and whether they tell nothing: all equal, or none.
 * @throws Never.
 * @example
 * const isBlank = describeValues(Float32Array.of(0, 0)).isBlank // isBlank = true
 */
export function describeValues(volume: Float32Array): { nFinite: number; isBlank: boolean } {
  let [nFinite, lowest, highest] = [0, Infinity, -Infinity]
  for (const value of volume) {
    if (value - value !== 0) continue
    nFinite += 1
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  return { nFinite, isBlank: !(highest > lowest) }
}

function fillGaps(volume: Float32Array, previous: Float32Array | undefined): void {
  for (let v = 0; v < volume.length; v++)
    if (!Number.isFinite(volume[v])) volume[v] = previous?.[v] ?? 0
}
