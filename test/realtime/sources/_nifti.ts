/** Small volumes as files. */
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { writeNifti } from '../../../src/io/nifti/index.ts'

export const affine = [-3, 0, 0, 90, 0, 3, 0, -126, 0, 0, 3, -72, 0, 0, 0, 1]
export const shape = [8, 7, 5] as const
export const nVoxels = 8 * 7 * 5

const folders: string[] = []

/** A folder that is gone after the tests of the file. */
export function newFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'limbic-source-'))
  folders.push(dir)
  return dir
}

afterAll(() => folders.forEach((dir) => rmSync(dir, { recursive: true, force: true })))

/** Voxels that are nowhere zero and differ between volumes. */
export const voxelsOf = (index: number): Int16Array =>
  Int16Array.from({ length: nVoxels }, (_, i) => 1 + ((i * 7 + index * 131) % 1000))

export const valuesOf = (index: number): Float32Array => Float32Array.from(voxelsOf(index))

/** The bytes of a `.nii` or `.nii.gz` file. */
export async function niftiBytes(
  data: Int16Array,
  ending: '.nii' | '.nii.gz' = '.nii',
  sizes: readonly number[] = shape,
): Promise<Uint8Array> {
  const file = join(newFolder(), `image${ending}`)
  await writeNifti(file, { data, shape: sizes, affine })
  return await readFile(file)
}
