/** The label image that a pipeline names -> the parcel of every voxel of the grid. */
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { LimbicError } from '../core/errors/index.ts'
import type { AlignStep } from '../core/schemas/pipeline.ts'
import type { Grid } from '../core/types.ts'
import { formatGrid, isSameGrid } from '../evaluate/protocol/same-grid.ts'
import { readNifti, readNiftiHeader } from '../io/nifti/index.ts'

/**
 * Reads the parcels that subjects are aligned in.
 *
 * @param root - The dataset, from which a relative path starts.
 * @param align - The align step.
 * @param grids - The grid of each subject.
 * @returns Label of each voxel of the grid, 0 outside of all parcels; undefined when no image is named.
 * @throws {LimbicError} `PARCELS_UNUSABLE` when the image is missing, lies on another grid, or has no labels; as `readNifti`.
 */
export async function readParcels(
  root: string,
  align: Pick<AlignStep, 'parcels'>,
  grids: readonly Grid[],
): Promise<Int32Array | undefined> {
  if (align.parcels === undefined) return undefined
  const file = isAbsolute(align.parcels) ? align.parcels : join(root, align.parcels)
  const refuse = (expected: string, found: string): LimbicError =>
    new LimbicError('PARCELS_UNUSABLE', { file, expected, found })
  if (!existsSync(file)) throw refuse('a NIfTI image of labels', 'no file')
  const { grid } = await readNiftiHeader(file)
  const other = grids.find((own) => !isSameGrid(own, grid))
  if (other !== undefined)
    throw refuse(`the grid of the subjects, ${formatGrid(other)}`, formatGrid(grid))
  const labels = Int32Array.from((await readNifti(file)).data, Math.round)
  if (labels.some((label) => label > 0)) return labels
  throw refuse('labels above 0', 'none')
}
