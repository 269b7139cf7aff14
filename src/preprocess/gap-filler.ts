/** Volumes [nVoxels] in the order they come -> the same without gaps: what came before stands in for blank volumes and for values that are no numbers. */

/** What had to be stood in for in one volume. */
export interface VolumeGap {
  /** All finite values are equal, or none is finite: the volume tells nothing. */
  readonly isBlank: boolean
  /** Voxels without a finite value; all of them in a blank volume of no numbers. */
  readonly nNotFinite: number
}

/** Fills the gaps of the volumes of one run, one after the other. */
export type GapFiller = (volume: Float32Array) => {
  /** The volume itself where it has no gap. */
  readonly volume: Float32Array
  readonly gap: VolumeGap
}

/**
 * Prepares to fill the gaps of a run.
 *
 * @param first - `[nVoxels]`, what stands in for blank volumes before the first usable one; the reference volume, as a rule; values
 *   that are not finite count as 0.
 * @returns A function to be called with every volume in order. A blank volume becomes a copy of the one before it; a value that is no number takes the
 *   voxel's value before it, or 0. Volumes are not changed, and none depends on a later one.
 * @throws Never.
 * @remarks Remembers one volume. O(nVoxels) per volume.
 */
export function createGapFiller(first: Float32Array): GapFiller {
  const standIn = first.map((value) => (Number.isFinite(value) ? value : 0))
  const previous = new Float32Array(first.length)
  let isFirst = true
  return (volume) => {
    const { nFinite, isBlank } = describeValues(volume)
    const gap = { isBlank, nNotFinite: volume.length - nFinite }
    const filled = fill(volume, gap, isFirst ? undefined : previous, standIn)
    // A copy of its own: whoever gave the volume may write the next one into the same memory.
    if (!isBlank || isFirst) previous.set(filled)
    isFirst = false
    return { volume: filled, gap }
  }
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
  let nFinite = 0
  let lowest = Infinity
  let highest = -Infinity
  for (let v = 0; v < volume.length; v++) {
    const value = volume[v]!
    if (value - value !== 0) continue
    nFinite += 1
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  return { nFinite, isBlank: !(highest > lowest) }
}

function fill(
  volume: Float32Array,
  { isBlank, nNotFinite }: VolumeGap,
  previous: Float32Array | undefined,
  standIn: Float32Array,
): Float32Array {
  if (isBlank) return (previous ?? standIn).slice()
  if (nNotFinite === 0) return volume
  return volume.map((value, v) => (Number.isFinite(value) ? value : (previous?.[v] ?? 0)))
}
