/** A volume [nVoxels] -> whether it can be realigned, and what is wrong with it. */
import { createFinding, LimbicError, type Finding } from '../../core/errors/index.ts'
import type { FloatArray, Grid } from '../../core/types.ts'

/** What was seen in a volume. */
export interface VolumeCheck {
  /** Root mean square of its finite values. */
  readonly rms: number
  readonly findings: readonly Finding[]
}

/**
 * Looks at every voxel of a volume before it is used.
 *
 * @param volume - `[nVoxels]`.
 * @param shape - Voxels along x, y and z that it should have.
 * @param name - What the volume is, for messages.
 * @returns Its size, and a warning when some voxels are not finite.
 * @throws {LimbicError} `SHAPE_MISMATCH` when it has another number of voxels; `VOLUME_BLANK` when all finite values are equal, or none is.
 */
export function checkVolume(volume: FloatArray, shape: Grid['shape'], name: string): VolumeCheck {
  const nVoxels = shape[0] * shape[1] * shape[2]
  if (volume.length !== nVoxels)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: `${name} and its grid`,
      expected: `${nVoxels} voxels for ${shape.join(' x ')}`,
      found: `${volume.length}`,
    })
  let [nFinite, sum, lowest, highest] = [0, 0, Infinity, -Infinity]
  for (let v = 0; v < nVoxels; v++) {
    const value = volume[v]!
    if (value - value !== 0) continue
    nFinite += 1
    sum += value * value
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  if (!(highest > lowest))
    throw new LimbicError('VOLUME_BLANK', {
      what: name,
      found: nFinite === 0 ? 'no finite value at all' : `${lowest} in every voxel`,
    })
  const nBad = nVoxels - nFinite
  return {
    rms: Math.sqrt(sum / nFinite),
    findings:
      nBad === 0
        ? []
        : [createFinding('warning', 'VOXELS_NOT_FINITE', { what: name, nBad, nVoxels })],
  }
}
