/** An array, a shape and an affine -> a NIfTI-1 file, little-endian, x fastest. */
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { LimbicError } from '../../core/errors/index.ts'
import { writeChunksAtomic } from '../artifacts.ts'
import { hostIsBigEndian, swapBytes } from '../endian.ts'
import { isUsableAffine, voxelSizeOf } from './affine.ts'
import { convertVoxels } from './convert-voxels.ts'
import {
  findNiftiDatatype,
  niftiDatatypeOf,
  type NiftiArray,
  type NiftiDatatype,
} from './datatypes.ts'

/** What {@link writeNifti} writes. */
export interface NiftiImage {
  /** One element per voxel, x fastest. */
  readonly data: NiftiArray
  /** One to seven sizes, at most 32767 each. */
  readonly shape: readonly number[]
  /** Voxel indices to millimetres, 16 numbers row-major. */
  readonly affine: readonly number[]
  /** Seconds between volumes. */
  readonly trSeconds?: number
  /** NIfTI code of the type in the file; default that of `data`. Integers are rounded to, and must hold every value. */
  readonly datatype?: number
  /** Up to 79 characters. */
  readonly descrip?: string
}

const voxOffset = 352
const chunkBytes = 1 << 20

/**
 * Writes a NIfTI-1 image, so that its name appears only when it is complete.
 *
 * @param file - `.nii`, or `.nii.gz` for a compressed file; missing folders are made.
 * @param image - Voxels, shape, affine, repetition time, description. Unscaled (slope 1).
 * @returns When the file has its final name.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the shape does not fit the data; `VALUE_INVALID` for a shape or affine that NIfTI-1
 *   cannot hold, for values that `datatype` cannot hold, or a name that ends otherwise.
 * @remarks The affine is stored as sform (code 1, scanner), float32. The same image gives the same bytes.
 */
export async function writeNifti(file: string, image: NiftiImage): Promise<void> {
  assertWritable(file, image)
  const datatype = targetOf(image)
  await writeBytes(
    file,
    chunksOf(formatHeader(image, datatype), convertVoxels(image.data, datatype)),
  )
}

/**
 * Writes a run volume by volume, with the same promise as {@link writeNifti}.
 *
 * @param file - `.nii`, or `.nii.gz` for a compressed file; missing folders are made.
 * @param image - Four sizes, affine, repetition time, description, and the type of the volumes where it is not float32.
 * @param volumes - `[nVoxels]` each, in order; only one is held at a time, and it must not change before the next is asked for.
 * @returns When the file has its final name.
 * @throws {LimbicError} `SHAPE_MISMATCH` when volumes have another size, type or number than the image says; `VALUE_INVALID` as `writeNifti`; the error
 *   of `volumes`. Nothing is left of the file then.
 */
export async function writeNiftiVolumes(
  file: string,
  image: Omit<NiftiImage, 'data'>,
  volumes: AsyncIterable<NiftiArray>,
): Promise<void> {
  assertDescribable(file, image)
  const datatype = targetOf({ ...image, data: new Float32Array(0) })
  await writeBytes(
    file,
    volumeChunks(formatHeader(image, datatype), image.shape, datatype, volumes),
  )
}

async function writeBytes(
  file: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  if (!file.endsWith('.gz')) return await writeChunksAtomic(file, chunks)
  // Level 3 takes a third of the time of the default 6 and makes BOLD files about 2 % larger.
  const gzip = createGzip({ level: 3, chunkSize: chunkBytes })
  // Unlike `pipe`, this ends the stream when the chunks fail; whoever reads it gets the error.
  pipeline(Readable.from(chunks), gzip, () => undefined)
  await writeChunksAtomic(file, gzip as AsyncIterable<Uint8Array>)
}

async function* volumeChunks(
  header: Uint8Array,
  shape: readonly number[],
  datatype: NiftiDatatype,
  volumes: AsyncIterable<NiftiArray>,
): AsyncGenerator<Uint8Array> {
  const nVoxels = shape.slice(0, 3).reduce((product, size) => product * size, 1)
  const nVolumes = shape.slice(3).reduce((product, size) => product * size, 1)
  let written = 0
  yield header
  for await (const volume of volumes) {
    if (volume.length !== nVoxels) throw misfit(`${nVoxels} voxels`, `${volume.length}`)
    const { code, name } = niftiDatatypeOf(volume)
    if (code !== datatype.code) throw misfit(`voxels of type ${datatype.name}`, name)
    const bytes = new Uint8Array(volume.buffer, volume.byteOffset, volume.byteLength)
    yield hostIsBigEndian ? swapped(bytes, volume.BYTES_PER_ELEMENT) : bytes
    written += 1
  }
  if (written !== nVolumes) throw misfit(`${nVolumes} volumes`, `${written}`)
}

function misfit(expected: string, found: string): LimbicError {
  return new LimbicError('SHAPE_MISMATCH', {
    what: 'volumes to be written and the shape of their image',
    expected,
    found,
  })
}

function assertWritable(file: string, image: NiftiImage): void {
  assertDescribable(file, image)
  const { data, shape } = image
  const nVoxels = shape.reduce((product, size) => product * size, 1)
  if (nVoxels !== data.length)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'an image to be written',
      expected: `${nVoxels} voxels for shape [${shape.join(', ')}]`,
      found: `${data.length} voxels`,
    })
}

function assertDescribable(
  file: string,
  { shape, affine }: Pick<NiftiImage, 'shape' | 'affine'>,
): void {
  if (!/\.nii(\.gz)?$/.test(file))
    throw invalid('the name of an image', 'a name that ends in .nii or .nii.gz', file)
  const sizes = shape.every((size) => Number.isInteger(size) && size >= 1 && size <= 32767)
  if (shape.length < 1 || shape.length > 7 || !sizes)
    throw invalid(
      'the shape of an image',
      '1 to 7 sizes from 1 to 32767 (NIfTI-1)',
      `[${shape.join(', ')}]`,
    )
  if (affine.length !== 16 || !isUsableAffine(affine))
    throw invalid(
      'the affine of an image',
      '16 finite numbers, invertible',
      `[${affine.join(', ')}]`,
    )
}

function targetOf({ data, datatype }: NiftiImage): NiftiDatatype {
  const target = datatype === undefined ? niftiDatatypeOf(data) : findNiftiDatatype(datatype)
  if (target?.kind === 'real') return target
  throw invalid('the datatype of an image', 'the code of a real number type', `${datatype}`)
}

function formatHeader(image: Omit<NiftiImage, 'data'>, datatype: NiftiDatatype): Uint8Array {
  const bytes = new Uint8Array(voxOffset)
  const view = new DataView(bytes.buffer)
  const { shape, affine } = image
  const text = new TextEncoder()
  view.setInt32(0, 348, true)
  for (let i = 0; i < 8; i++)
    view.setInt16(40 + 2 * i, i === 0 ? shape.length : (shape[i - 1] ?? 1), true)
  view.setInt16(70, datatype.code, true)
  view.setInt16(72, datatype.elementBytes * 8, true)
  const pixdim = [1, ...voxelSizeOf(affine), image.trSeconds ?? 0, 1, 1, 1]
  pixdim.forEach((size, i) => view.setFloat32(76 + 4 * i, size, true))
  view.setFloat32(108, voxOffset, true)
  view.setFloat32(112, 1, true)
  // Millimetres and seconds.
  view.setUint8(123, 2 | 8)
  text.encodeInto(image.descrip ?? '', bytes.subarray(148, 227))
  view.setInt16(254, 1, true)
  affine.slice(0, 12).forEach((value, i) => view.setFloat32(280 + 4 * i, value, true))
  text.encodeInto('n+1', bytes.subarray(344))
  return bytes
}

function* chunksOf(header: Uint8Array, data: NiftiArray): Generator<Uint8Array> {
  yield header
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const chunk = bytes.subarray(start, start + chunkBytes)
    yield hostIsBigEndian ? swapped(chunk, data.BYTES_PER_ELEMENT) : chunk
  }
}

function swapped(chunk: Uint8Array, size: number): Uint8Array {
  const copy = chunk.slice()
  swapBytes(copy, size)
  return copy
}

function invalid(what: string, expected: string, found: string): LimbicError {
  return new LimbicError('VALUE_INVALID', { what, expected, found })
}
