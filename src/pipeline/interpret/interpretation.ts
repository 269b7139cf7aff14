/** Maps per subject and class `[nVoxels]` of the voxels that a decoder was given -> volumes on each subject's own grid. */
import type { Grid } from '../../core/types.ts'
import type { ClassMaps } from '../../evaluate/interpret/index.ts'
import { isSameGrid } from '../../evaluate/protocol/same-grid.ts'

/** One subject: one set of maps, or one per split of its runs. */
export interface InterpretedSubject {
  readonly subject: string
  readonly grid: Grid
  readonly maps: readonly ClassMaps[]
}

/** What a decoder looks at. */
export interface Interpretation {
  readonly model: string
  readonly classes: readonly string[]
  /** Whether no decoder was fitted on the subject that it is explained on. */
  readonly heldOut: boolean
  /** At least one. */
  readonly subjects: readonly InterpretedSubject[]
}

/**
 * Puts maps onto the grid of their subject.
 *
 * @param subject - Its grid and its maps.
 * @param pick - The values of one set of maps, `[nVoxels]`.
 * @returns `[nx * ny * nz]`: the mean over splits, 0 for voxels that the decoder was not given.
 * @throws Never.
 */
export function toVolume(
  { grid, maps }: InterpretedSubject,
  pick: (maps: ClassMaps) => Float64Array,
): Float64Array {
  const volume = new Float64Array(grid.shape[0] * grid.shape[1] * grid.shape[2])
  for (const map of maps) {
    const values = pick(map)
    map.voxels.forEach((voxel, v) => (volume[voxel]! += values[v]! / maps.length))
  }
  return volume
}

/**
 * How much a decoder makes of each voxel, whatever the class.
 *
 * @param subject - Its maps.
 * @returns Absolute saliency summed over classes, on the grid.
 * @throws Never.
 */
export function totalSaliency(subject: InterpretedSubject): Float64Array {
  return toVolume(subject, ({ saliency, voxels }) =>
    Float64Array.from(voxels, (_, v) => saliency.reduce((sum, one) => sum + Math.abs(one[v]!), 0)),
  )
}

/**
 * The same for all subjects together. Signs are dropped first: regions are shared, patterns within them are everybody's own.
 *
 * @param interpretation - The subjects.
 * @returns Mean over subjects, or undefined when they do not lie on one grid.
 * @throws Never.
 */
export function groupSaliency({ subjects }: Interpretation): Float64Array | undefined {
  const [first] = subjects
  if (first === undefined || !subjects.every(({ grid }) => isSameGrid(grid, first.grid)))
    return undefined
  const volumes = subjects.map(totalSaliency)
  return volumes[0]!.map(
    (_, voxel) => volumes.reduce((sum, volume) => sum + volume[voxel]!, 0) / volumes.length,
  )
}
