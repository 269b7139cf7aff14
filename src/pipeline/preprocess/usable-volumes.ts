/** The volumes of a run as stored -> volumes without gaps: blank ones and values that are no numbers are stood in for by what came before. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import type { NiftiVolume } from '../../io/nifti/index.ts'
import { createGapFiller, type VolumeGap } from '../../preprocess/gap-filler.ts'

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
 * @returns Gaps to be passed to `fillGaps`.
 * @throws Never.
 * @example
 * const worst = createGaps().worst // worst = 0
 */
export function createGaps(): VolumeGaps {
  return { blank: [], notFinite: [], worst: 0 }
}

/**
 * Keeps what was missing in a volume.
 *
 * @param gaps - Of the volumes before it; filled.
 * @param gap - What was missing.
 * @param index - Index of the volume.
 * @returns Nothing.
 * @throws Never.
 */
export function noteGap(gaps: VolumeGaps, { isBlank, nNotFinite }: VolumeGap, index: number): void {
  if (isBlank) gaps.blank.push(index)
  else if (nNotFinite > 0) {
    gaps.notFinite.push(index)
    gaps.worst = Math.max(gaps.worst, nNotFinite)
  }
}

/**
 * Fills the gaps of volumes on their way.
 *
 * @param volumes - In order, as stored.
 * @param first - `[nVoxels]`, what stands in for blank volumes before the first usable one; the reference volume, as a rule.
 * @param gaps - Filled as volumes come.
 * @returns Volumes in order, all values finite, as `createGapFiller` makes them. No volume depends on a later one.
 * @throws {LimbicError} Those of `volumes`.
 */
export async function* fillGaps(
  volumes: AsyncIterable<NiftiVolume>,
  first: Float32Array,
  gaps: VolumeGaps,
): AsyncGenerator<NiftiVolume> {
  const fill = createGapFiller(first)
  for await (const { index, data } of volumes) {
    const { volume, gap } = fill(data)
    noteGap(gaps, gap, index)
    yield { index, data: volume }
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
