/** A NIfTI file -> its volumes one after the other in bounded memory; each is float32, x fastest. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix32 } from '../../core/types.ts'
import { openByteReader } from './byte-reader.ts'
import { assertOneNumberPerVoxel, decodeVoxels, viewElements } from './decode.ts'
import { readNiftiHeader } from './read-header.ts'
import { assertReadable, maxTrailingBytes, storedVoxelBytes, truncated } from './size-check.ts'
import type { NiftiHeader, NiftiReadOptions } from './types.ts'

/** One volume of an image. */
export interface NiftiVolume {
  /** 0-based; in images of five and more dimensions the fourth runs fastest. */
  readonly index: number
  /** One value per voxel of the grid, x fastest; a new array for every volume. */
  readonly data: Float32Array
}

/**
 * Streams the volumes of an image, forwards.
 *
 * @param file - As for `readNiftiHeader`.
 * @param options - `maxBytes`: the most that one volume may take.
 * @returns The volumes in order; an image of three or fewer dimensions has one. Every array is fresh and the caller's to keep.
 * @throws {LimbicError} Those of `readNiftiHeader` before the first volume; `NIFTI_TRUNCATED` or `GZIP_CORRUPT` where the file
 *   breaks off, after the volumes before that place; `NIFTI_TOO_LARGE`; `NIFTI_UNSUPPORTED` for colour images.
 * @remarks Memory: one stored and one decoded volume, and about 4 MiB.
 */
export async function* readVolumes(
  file: string,
  options: NiftiReadOptions = {},
): AsyncGenerator<NiftiVolume, void, undefined> {
  const header = await readNiftiHeader(file)
  yield* volumesOf(header, options, () => new Float32Array(volumeSize(header)))
}

/**
 * Reads the time series of some voxels, streaming through the image.
 *
 * @param file - As for `readNiftiHeader`.
 * @param voxelIndices - Indices into the grid (`x + nx * (y + ny * z)`), in the order wanted.
 * @param options - `maxBytes`: the most that one volume, and that the result, may take.
 * @returns `[nVolumes x nVoxels]`, row-major, scaled float32.
 * @throws {LimbicError} `VALUE_INVALID` for an index outside the grid, and those of `readVolumes`.
 * @remarks O(voxels of the image) time; memory is the result, one volume and about 4 MiB.
 */
export async function readMaskedSeries(
  file: string,
  voxelIndices: Int32Array,
  options: NiftiReadOptions = {},
): Promise<Matrix32> {
  const header = await readNiftiHeader(file)
  const nVoxels = voxelIndices.length
  assertIndices(voxelIndices, volumeSize(header), file)
  const volume = { data: new Float32Array(0) }
  const reuse = (): Float32Array => {
    if (volume.data.length === 0) volume.data = new Float32Array(volumeSize(header))
    return volume.data
  }
  let series = new Float32Array(0)
  for await (const { index, data } of volumesOf(header, options, reuse, nVoxels)) {
    // Allocated with the first volume, when the file has been found long enough for its header.
    if (index === 0) series = new Float32Array(header.nVolumes * nVoxels)
    const row = index * nVoxels
    for (let v = 0; v < nVoxels; v++) series[row + v] = data[voxelIndices[v]!]!
  }
  return { data: series, nRows: header.nVolumes, nCols: nVoxels }
}

async function* volumesOf(
  header: NiftiHeader,
  options: NiftiReadOptions,
  allocate: () => Float32Array,
  keptPerVolume = 0,
): AsyncGenerator<NiftiVolume, void, undefined> {
  assertOneNumberPerVoxel(header)
  const reader = await openByteReader(header.dataFile)
  try {
    const neededBytes = Math.max(4 * volumeSize(header), 4 * header.nVolumes * keptPerVolume)
    assertReadable(header, reader, neededBytes, options)
    await reader.skip(header.voxOffset)
    const stored = new Uint8Array(storedVoxelBytes(header) / header.nVolumes)
    for (let index = 0; index < header.nVolumes; index++) {
      if ((await reader.read(stored)) < stored.length) throw truncated(header, reader)
      const data = allocate()
      decodeVoxels(viewElements(stored, header), header, data, 0)
      yield { index, data }
    }
    await reader.finish(maxTrailingBytes)
  } finally {
    await reader.close()
  }
}

function volumeSize(header: NiftiHeader): number {
  const [nx, ny, nz] = header.grid.shape
  return nx * ny * nz
}

function assertIndices(voxelIndices: Int32Array, size: number, file: string): void {
  const bad = voxelIndices.find((index) => index < 0 || index >= size)
  if (bad !== undefined)
    throw new LimbicError('VALUE_INVALID', {
      what: `a voxel index for ${file}`,
      expected: `0 to ${size - 1}`,
      found: `${bad}`,
    })
}
