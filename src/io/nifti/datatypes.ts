/** NIfTI datatype codes -> how their elements lie in a file. */

/** Element arrays of an image; complex and colour images have several elements per voxel. */
export type NiftiArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** How one voxel is stored. */
export interface NiftiDatatype {
  readonly code: number
  readonly name: string
  /** Bytes per element (not per voxel). */
  readonly elementBytes: 1 | 2 | 4 | 8
  /** Elements per voxel: 1, 2 for (re, im), 3 for RGB, 4 for RGBA. */
  readonly nComponents: number
  readonly kind: 'real' | 'complex' | 'colour'
  /** A view of elements in the byte order of the host; the offset must be a multiple of `elementBytes`. */
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, nElements: number) => NiftiArray
}

type ElementArray = {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NiftiArray
}

const table = [
  datatype(2, 'uint8', Uint8Array),
  datatype(4, 'int16', Int16Array),
  datatype(8, 'int32', Int32Array),
  datatype(16, 'float32', Float32Array),
  datatype(32, 'complex64', Float32Array, 2, 'complex'),
  datatype(64, 'float64', Float64Array),
  datatype(128, 'RGB24', Uint8Array, 3, 'colour'),
  datatype(256, 'int8', Int8Array),
  datatype(512, 'uint16', Uint16Array),
  datatype(768, 'uint32', Uint32Array),
  datatype(1024, 'int64', BigInt64Array),
  datatype(1280, 'uint64', BigUint64Array),
  datatype(1792, 'complex128', Float64Array, 2, 'complex'),
  datatype(2304, 'RGBA32', Uint8Array, 4, 'colour'),
]

const byCode = new Map(table.map((entry) => [entry.code, entry]))

/** Codes and names of every datatype that can be read, for messages. */
export const niftiDatatypeNames: string = table
  .map((entry) => `${entry.code} (${entry.name})`)
  .join(', ')

/**
 * The datatype of a code. Binary (1), float128 (1536) and complex256 (2048) are left out: no array of JavaScript holds them.
 *
 * @param code - `datatype` of the header.
 * @returns The datatype, or undefined when limbic cannot read it.
 * @throws Never.
 */
export function findNiftiDatatype(code: number): NiftiDatatype | undefined {
  return byCode.get(code)
}

/**
 * The datatype that an array is written as.
 *
 * @param data - The elements, one per voxel.
 * @returns The datatype with the same elements.
 * @throws Never.
 */
export function niftiDatatypeOf(data: NiftiArray): NiftiDatatype {
  const name = data.constructor.name
  const real = table.filter((entry) => entry.kind === 'real')
  // A Node Buffer is a Uint8Array by another name.
  return real.find((entry) => entry.view(empty, 0, 0).constructor.name === name) ?? real[0]!
}

const empty = new ArrayBuffer(0)

function datatype(
  code: number,
  name: string,
  Elements: ElementArray,
  nComponents = 1,
  kind: NiftiDatatype['kind'] = 'real',
): NiftiDatatype {
  return {
    code,
    name,
    elementBytes: Elements.BYTES_PER_ELEMENT as NiftiDatatype['elementBytes'],
    nComponents,
    kind,
    view: (buffer, byteOffset, nElements) => new Elements(buffer, byteOffset, nElements),
  }
}
