/** NumPy `.npy` files <-> typed arrays in C order with an explicit shape. */
import { readFile } from 'node:fs/promises'
import { LimbicError } from '../core/errors/index.ts'

export type NpyArray =
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

/** An n-dimensional array, C order: the last index runs fastest. */
export interface Npy<A extends NpyArray = NpyArray> {
  readonly data: A
  readonly shape: readonly number[]
}

const constructors = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  u1: Uint8Array,
  b1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
} as const

type TypeCode = keyof typeof constructors

/**
 * Reads a `.npy` file.
 *
 * @param file - Path of the file.
 * @returns The array, C order (Fortran-order files are transposed).
 * @throws {LimbicError} `NPY_INVALID` when the file is not a complete array of a supported type.
 */
export async function readNpy(file: string): Promise<Npy> {
  return parseNpy(await readFile(file), file)
}

/**
 * Parses the bytes of a `.npy` file, versions 1 to 3.
 *
 * @param bytes - The whole file.
 * @param file - Name for the error message.
 * @returns The array, C order.
 * @throws {LimbicError} `NPY_INVALID` when the bytes are not a complete array of a supported type.
 */
export function parseNpy(bytes: Uint8Array, file = '<bytes>'): Npy {
  const header = parseHeader(bytes, file)
  const Elements = constructors[header.type]
  const length = header.shape.reduce((product, n) => product * n, 1)
  const wanted = length * Elements.BYTES_PER_ELEMENT
  const found = bytes.length - header.dataOffset
  if (found < wanted) throw invalid(file, `${wanted} bytes of data`, `${found}`)
  // A copy, so that the elements are aligned and the caller's bytes stay as they are; Buffer's own slice would only be a view.
  const body = Uint8Array.from(bytes.subarray(header.dataOffset, header.dataOffset + wanted))
  if (header.bigEndian) swapBytes(body, Elements.BYTES_PER_ELEMENT)
  const data = new Elements(body.buffer, body.byteOffset, length)
  return { data: header.fortranOrder ? toCOrder(data, header.shape) : data, shape: header.shape }
}

/**
 * The bytes of a `.npy` file, version 1.0, little-endian, C order.
 *
 * @param data - The elements.
 * @param shape - The shape; its product must be the number of elements.
 * @returns The bytes.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the shape does not fit the elements.
 */
export function formatNpy(data: NpyArray, shape: readonly number[]): Uint8Array {
  const length = shape.reduce((product, n) => product * n, 1)
  if (length !== data.length)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'an array to be written as .npy',
      expected: `${length} elements for shape [${shape.join(', ')}]`,
      found: `${data.length} elements`,
    })
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${descr(data)}', 'fortran_order': False, 'shape': (${dims}), }`
  const headerLength = Math.ceil((10 + text.length + 1) / 64) * 64 - 10
  const bytes = new Uint8Array(10 + headerLength + data.byteLength)
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, headerLength & 255, headerLength >> 8])
  bytes.set(new TextEncoder().encode(text.padEnd(headerLength - 1) + '\n'), 10)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + headerLength)
  return bytes
}

interface NpyHeader {
  readonly type: TypeCode
  readonly bigEndian: boolean
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  readonly dataOffset: number
}

function parseHeader(bytes: Uint8Array, file: string): NpyHeader {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte))
    throw invalid(file, 'the .npy signature', 'other bytes')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const longHeader = bytes[6]! > 1
  if (longHeader && bytes.length < 12) throw invalid(file, 'a complete header', 'its beginning')
  const start = longHeader ? 12 : 10
  const dataOffset = start + (longHeader ? view.getUint32(8, true) : view.getUint16(8, true))
  if (dataOffset > bytes.length) throw invalid(file, 'a complete header', 'its beginning')
  const text = new TextDecoder('latin1').decode(bytes.subarray(start, dataOffset))
  const type = /'descr':\s*'([<>|=])(\w\d+)'/.exec(text)
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)
  if (type === null || shape === null || !(type[2]! in constructors))
    throw invalid(file, `a number type out of ${Object.keys(constructors).join(', ')}`, text.trim())
  return {
    type: type[2] as TypeCode,
    bigEndian: type[1] === '>',
    fortranOrder: /'fortran_order':\s*True/.test(text),
    shape: shape[1]!
      .split(',')
      .filter((part) => part.trim() !== '')
      .map(Number),
    dataOffset,
  }
}

function descr(data: NpyArray): string {
  const kind =
    data instanceof Float32Array || data instanceof Float64Array
      ? 'f'
      : data instanceof Uint8Array ||
          data instanceof Uint16Array ||
          data instanceof Uint32Array ||
          data instanceof BigUint64Array
        ? 'u'
        : 'i'
  const size = data.BYTES_PER_ELEMENT
  return `${size === 1 ? '|' : '<'}${kind}${size}`
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse()
}

function toCOrder<A extends NpyArray>(data: A, shape: readonly number[]): A {
  const result = data.slice() as A
  const index = shape.map(() => 0)
  for (let c = 0; c < data.length; c++) {
    let f = 0
    for (let d = shape.length - 1; d >= 0; d--) f = f * shape[d]! + index[d]!
    result[c] = data[f]!
    for (let d = shape.length - 1; d >= 0 && ++index[d]! === shape[d]!; d--) index[d] = 0
  }
  return result
}

function invalid(file: string, expected: string, found: string): LimbicError {
  return new LimbicError('NPY_INVALID', { file, expected, found })
}
