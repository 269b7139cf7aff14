/** A volume -> the bytes of its file, whole or altered, as a scanner would export it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Grid } from '../../core/types.ts'
import { writeNifti } from '../../io/nifti/index.ts'
import type { VolumeForm } from './plan.ts'

/** Voxels and grid of one volume. */
export interface ScannedVolume {
  readonly index: number
  readonly grid: Grid
  /** x fastest. */
  readonly data: Int16Array | Float32Array
  readonly trSeconds: number | null
  readonly acquiredAt: string | null
}

/** A file of a volume; slices have one each. */
export interface VolumeFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * Voxels in the smallest type that holds them: scanners send 16 bits.
 *
 * @param data - The values.
 * @returns int16 when every value is a whole number in its range, else the values as they are.
 * @throws Never.
 * @example
 * const smallest = compactVoxels(Float32Array.from([1, 2])).BYTES_PER_ELEMENT // smallest = 2
 */
export function compactVoxels(data: Float32Array): Int16Array | Float32Array {
  const fits = data.every((value) => Number.isInteger(value) && value >= -32768 && value <= 32767)
  return fits ? Int16Array.from(data) : data
}

/**
 * The volume as a fault makes it.
 *
 * @param volume - The volume.
 * @param form - `altered` has its first voxels exchanged, `wrong-matrix` lacks the last slice; all others are the volume itself.
 * @returns A volume of its own where it differs.
 * @throws Never.
 */
export function formedVolume(volume: ScannedVolume, form: VolumeForm): ScannedVolume {
  const { grid, data } = volume
  const [nx, ny, nz] = grid.shape
  if (form === 'altered') return { ...volume, data: data.map((value, i) => value + (i % 7)) }
  if (form !== 'wrong-matrix') return volume
  const shape = [nx, ny, nz - 1] as const
  return { ...volume, grid: { ...grid, shape }, data: data.slice(0, nx * ny * (nz - 1)) }
}

/**
 * The bytes of a NIfTI file.
 *
 * @param volume - The volume.
 * @param isCompressed - Whether to write `.nii.gz`.
 * @returns The file, named by its index: `vol_00012.nii`.
 * @throws The error of the file system.
 */
export async function niftiFile(
  { index, grid, data }: ScannedVolume,
  isCompressed: boolean,
): Promise<VolumeFile> {
  const dir = await mkdtemp(join(tmpdir(), 'limbic-scanner-'))
  try {
    const name = `vol_${String(index).padStart(5, '0')}.nii${isCompressed ? '.gz' : ''}`
    await writeNifti(join(dir, name), { data, shape: grid.shape, affine: grid.affine })
    return { name, bytes: await readFile(join(dir, name)) }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
