/** A reference volume [nVoxels] -> its realigner, or none and the reason where a volume cannot tell motion. */
import { createFinding, isLimbicError, type Finding } from '../../core/errors/index.ts'
import type { FloatArray, Grid } from '../../core/types.ts'
import { createRealigner, type Realigner } from './create-realigner.ts'

/** A realigner, or why there is none. */
export interface PreparedRealigner {
  readonly realigner: Realigner | undefined
  /** `REALIGN_LEFT_OUT`, or nothing. */
  readonly findings: readonly Finding[]
}

/**
 * Prepares realignment where it can be done.
 *
 * @param reference - `[nVoxels]`.
 * @param grid - Its grid.
 * @param name - The image, for messages.
 * @returns The realigner, which does not resample; none, and a warning that says why, for single slices, thin slabs and grids too coarse to tell motion.
 * @throws {LimbicError} As `createRealigner`, for every other reason.
 */
export function prepareRealigner(
  reference: FloatArray,
  grid: Grid,
  name: string,
): PreparedRealigner {
  try {
    return { realigner: createRealigner(reference, grid, { resample: false }), findings: [] }
  } catch (error) {
    if (!isLimbicError(error, 'REALIGN_GRID_TOO_SMALL') && !isTooFewSamples(error)) throw error
    const finding = createFinding('warning', 'REALIGN_LEFT_OUT', { bold: name, why: grid.shape })
    return { realigner: undefined, findings: [finding] }
  }
}

function isTooFewSamples(error: unknown): boolean {
  return isLimbicError(error, 'VALUE_INVALID') && error.details.what.includes('reference volume')
}
