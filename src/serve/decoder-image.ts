/** A calibrated decoder -> an image of what it looks at: how much each voxel moves its scores, or how well each one told classes apart. */
import { applyMapper } from '../align/common-space.ts'
import type { Calibration } from '../evaluate/protocol/calibration.ts'
import type { Bundle } from '../pipeline/bundle/read-bundle.ts'
import { scoreLinear, type LinearState } from '../train/linear/index.ts'
import { imageOfVoxels, type VolumeImage } from './volume-image.ts'

export interface DecoderImage extends VolumeImage {
  /** What the colours mean. */
  readonly meaning: string
}

/** Above this the probe of a linear decoder, voxels by voxels, takes too much memory. */
const maxProbed = 4000

/**
 * An image of a decoder on the grid of its volumes.
 *
 * @param bundle - The decoder.
 * @param calibration - How the subject reaches it.
 * @returns For a linear decoder: the spread over classes of what one standard deviation at a voxel adds to the scores, alignment included. For others:
 *   the F of the voxel selection.
 * @throws {LimbicError} As `applyMapper`.
 * @remarks O(nVoxels^2 * nFeatures) for a linear decoder, once.
 */
export function imageOfDecoder(bundle: Bundle, calibration: Calibration): DecoderImage {
  const { voxels, f } = calibration.selection
  const { grid } = bundle.manifest
  if (isLinear(bundle.classifier) && voxels.length <= maxProbed)
    return {
      ...imageOfVoxels(grid, voxels, probe(bundle.classifier, calibration)),
      meaning: 'weights of the decoder',
    }
  const isRanked = f.length === voxels.length && f.some((value) => value > 0)
  return {
    ...imageOfVoxels(grid, voxels, isRanked ? f : undefined),
    meaning: isRanked ? 'voxels of the decoder, by their F' : 'voxels of the decoder',
  }
}

function isLinear(classifier: object): classifier is LinearState {
  return 'weights' in classifier && 'bias' in classifier
}

/** The way to the scores is affine, so that each voxel's part shows when it alone is one and all others are nought. */
function probe(classifier: LinearState, { selection, mapper }: Calibration): Float64Array {
  const n = selection.voxels.length
  const data = new Float64Array((n + 1) * n)
  for (let i = 0; i < n; i++) data[i * n + i] = 1
  const rows = { data, nRows: n + 1, nCols: n }
  const scores = scoreLinear(classifier, mapper === null ? rows : applyMapper(mapper, rows))
  const nClasses = scores.nCols
  const spread = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const added = Array.from(
      { length: nClasses },
      (_, c) => (scores.data[i * nClasses + c] ?? 0) - (scores.data[n * nClasses + c] ?? 0),
    ).filter((value) => Number.isFinite(value))
    const mean = added.reduce((sum, value) => sum + value, 0) / (added.length || 1)
    spread[i] = Math.hypot(...added.map((value) => value - mean))
  }
  return spread
}
