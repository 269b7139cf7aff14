/** Stored voxels -> numbers: byte order, then value = slope * stored + inter in float64. x fastest, as stored. */
import { hostIsBigEndian, swapBytes } from '../endian.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { FloatArray } from '../../core/types.ts'
import { findNiftiDatatype, type NiftiArray, type NiftiDatatype } from './datatypes.ts'
import type { NiftiHeader } from './types.ts'

/**
 * Views stored bytes as elements in the byte order of the host.
 *
 * @param stored - The bytes; changed in place when the file has the other byte order. Its offset must be a multiple of the element size.
 * @param header - The header.
 * @returns The unscaled elements; `nComponents` per voxel.
 * @throws Never, for a header that was parsed by limbic.
 */
export function viewElements(stored: Uint8Array, header: NiftiHeader): NiftiArray {
  const { elementBytes, view } = datatypeOf(header)
  if (header.bigEndian !== hostIsBigEndian) swapBytes(stored, elementBytes)
  return view(stored.buffer, stored.byteOffset, stored.length / elementBytes)
}

/**
 * Writes the values of voxels into an array, scaled.
 *
 * @param elements - Unscaled elements, as {@link viewElements} gives them.
 * @param header - The header.
 * @param target - Where the values go; float32 is rounded from float64.
 * @param offset - Index in `target` of the first voxel.
 * @returns Nothing.
 * @throws Never, for voxels that {@link assertOneNumberPerVoxel} accepts.
 * @remarks Of complex voxels the real part is taken, as nibabel's `get_fdata` does. 64-bit integers are rounded to the nearest float64.
 */
export function decodeVoxels(
  elements: NiftiArray,
  header: NiftiHeader,
  target: FloatArray,
  offset: number,
): void {
  const step = datatypeOf(header).nComponents
  const { slope, inter } = header
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) {
    for (let i = 0; i < elements.length; i++)
      target[offset + i] = Number(elements[i]!) * slope + inter
  } else if (step === 1 && slope === 1 && inter === 0) {
    // The native conversion is three times as fast as a loop.
    target.set(elements, offset)
  } else {
    for (let i = 0, j = offset; i < elements.length; i += step, j++)
      target[j] = elements[i]! * slope + inter
  }
}

/**
 * Refuses colour images, whose voxels are not numbers.
 *
 * @param header - The header.
 * @returns Nothing.
 * @throws {LimbicError} `NIFTI_UNSUPPORTED`.
 */
export function assertOneNumberPerVoxel(header: NiftiHeader): void {
  const { kind, name } = datatypeOf(header)
  if (kind === 'colour')
    throw new LimbicError('NIFTI_UNSUPPORTED', {
      file: header.file,
      expected: 'one number per voxel',
      found: `${name}, a colour image`,
    })
}

/**
 * The datatype of a header.
 *
 * @param header - A header that was parsed by limbic.
 * @returns How its voxels are stored.
 * @throws {LimbicError} `NIFTI_INVALID_HEADER` when the header was made otherwise, with a datatype that limbic does not know.
 */
export function datatypeOf(header: NiftiHeader): NiftiDatatype {
  const datatype = findNiftiDatatype(header.datatype)
  if (datatype !== undefined) return datatype
  throw new LimbicError('NIFTI_INVALID_HEADER', {
    file: header.file,
    field: 'datatype',
    expected: 'a datatype that limbic knows',
    found: `${header.datatype}`,
  })
}
