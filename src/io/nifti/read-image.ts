/** A NIfTI file -> all its voxels in one array, x fastest. */
import { LimbicError } from '../../core/errors/index.ts'
import { openByteReader } from './byte-reader.ts'
import type { NiftiArray } from './datatypes.ts'
import { assertOneNumberPerVoxel, datatypeOf, decodeVoxels, viewElements } from './decode.ts'
import { readNiftiHeader } from './read-header.ts'
import { assertReadable, maxTrailingBytes, storedVoxelBytes, truncated } from './size-check.ts'
import type { NiftiHeader, NiftiReadOptions } from './types.ts'

// A multiple of every element size and of (re, im) pairs; small enough to stay in cache.
const blockBytes = 1 << 20

/**
 * Reads a whole image as numbers, scaled.
 *
 * @param file - As for `readNiftiHeader`.
 * @param options - `float64` for float64 values instead of float32; `maxBytes` to allow more or less memory.
 * @returns The header and one value per voxel, x fastest, then y, z, volume. The real part of complex voxels.
 * @throws {LimbicError} Those of `readNiftiHeader`; `NIFTI_TRUNCATED`, `NIFTI_TOO_LARGE`, `GZIP_CORRUPT`;
 *   `NIFTI_UNSUPPORTED` for colour images (use `readNiftiElements`).
 * @remarks O(voxels) time; memory is the result and about 4 MiB.
 */
export async function readNifti<Wide extends boolean = false>(
  file: string,
  options: NiftiReadOptions & { readonly float64?: Wide } = {},
): Promise<{ header: NiftiHeader; data: Wide extends true ? Float64Array : Float32Array }> {
  const header = await readNiftiHeader(file)
  assertOneNumberPerVoxel(header)
  const storedBytes = storedVoxelBytes(header)
  const voxelBytes = header.bitpix / 8
  const nVoxels = storedBytes / voxelBytes
  const Target = options.float64 === true ? Float64Array : Float32Array
  const neededBytes = nVoxels * Target.BYTES_PER_ELEMENT
  return await readVoxelBytes(header, neededBytes, options, async (read) => {
    const data = allocate(header, () => new Target(nVoxels))
    const block = new Uint8Array(Math.min(blockBytes, storedBytes))
    for (let done = 0; done < storedBytes; done += block.length) {
      const part = block.subarray(0, Math.min(block.length, storedBytes - done))
      await read(part)
      decodeVoxels(viewElements(part, header), header, data, done / voxelBytes)
    }
    // TypeScript cannot follow the choice of the array above into the conditional type.
    return { header, data: data as Wide extends true ? Float64Array : Float32Array }
  })
}

/**
 * Reads a whole image as it is stored: unscaled, every component of complex and colour voxels.
 *
 * @param file - As for `readNiftiHeader`.
 * @param options - `maxBytes` to allow more or less memory.
 * @returns The header, and the elements in the order of the file: `nComponents` per voxel (2: re, im; 3: RGB; 4: RGBA), x fastest.
 * @throws {LimbicError} Those of `readNiftiHeader`; `NIFTI_TRUNCATED`, `NIFTI_TOO_LARGE`, `GZIP_CORRUPT`.
 */
export async function readNiftiElements(
  file: string,
  options: NiftiReadOptions = {},
): Promise<{ header: NiftiHeader; data: NiftiArray; nComponents: number }> {
  const header = await readNiftiHeader(file)
  const storedBytes = storedVoxelBytes(header)
  return await readVoxelBytes(header, storedBytes, options, async (read) => {
    const stored = allocate(header, () => new Uint8Array(storedBytes))
    await read(stored)
    const data = viewElements(stored, header)
    return { header, data, nComponents: datatypeOf(header).nComponents }
  })
}

async function readVoxelBytes<T>(
  header: NiftiHeader,
  neededBytes: number,
  options: NiftiReadOptions,
  use: (read: (target: Uint8Array) => Promise<void>) => Promise<T>,
): Promise<T> {
  const reader = await openByteReader(header.dataFile)
  try {
    assertReadable(header, reader, neededBytes, options)
    await reader.skip(header.voxOffset)
    const result = await use(async (target) => {
      if ((await reader.read(target)) < target.length) throw truncated(header, reader)
    })
    await reader.finish(maxTrailingBytes)
    return result
  } finally {
    await reader.close()
  }
}

function allocate<T>(header: NiftiHeader, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw new LimbicError(
      'NIFTI_TOO_LARGE',
      {
        file: header.file,
        expected: 'an array that this machine can hold',
        found: `[${header.shape.join(', ')}]`,
      },
      { cause },
    )
  }
}
