/** Which parcel each selected voxel of a subject lies in. */
import type { ParcelSpaceState } from '../../align/parcels.ts'
import type { CommonSpaceState } from '../../align/common-space.ts'
import type { SubjectData } from './subject-data.ts'

/**
 * The parcels of some voxels.
 *
 * @param subject - The subject, with the parcel of every voxel of its grid.
 * @param voxels - Grid indices.
 * @returns One parcel per voxel; undefined when subjects are aligned as a whole.
 * @throws Never.
 */
export function parcelsOf(
  { parcels }: Pick<SubjectData, 'parcels'>,
  voxels: Int32Array,
): Int32Array | undefined {
  return parcels === undefined ? undefined : voxels.map((voxel) => parcels[voxel] ?? 0)
}

/**
 * Whether a common space consists of parcels.
 *
 * @param space - The common space.
 * @returns Whether it does.
 * @throws Never.
 */
export function isParcelSpace(space: CommonSpaceState): space is ParcelSpaceState {
  return 'parcels' in space
}
