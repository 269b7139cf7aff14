/**
 * Plain object trees with typed arrays in them <-> bytes: magic, SHA-256, a JSON header and 64-byte aligned little-endian blobs.
 * The same tree gives the same bytes.
 */
import { createHash } from 'node:crypto'
import { LimbicError } from '../core/errors/index.ts'
import { hostIsBigEndian, swapBytes } from './endian.ts'

/** Typed arrays that a state may hold. */
export type StateArray =
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

const constructors = {
  Float32Array,
  Float64Array,
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
} as const

type ArrayName = keyof typeof constructors

// Layout: magic (8 bytes), SHA-256 of everything after it (32), length of the header (uint32), 20 zeros, header, blobs.
const magic = new TextEncoder().encode('LIMBIC1\n')
const prefixBytes = 64
const alignment = 64

/**
 * Encodes a tree of objects, arrays, strings, booleans, null, numbers and typed arrays.
 *
 * @param value - The tree. NaN, infinities and -0 are kept; properties that are undefined are left out, as JSON does.
 * @returns The bytes; equal trees with the same order of keys give equal bytes.
 * @throws {LimbicError} `VALUE_INVALID` for anything else (functions, symbols, bigints, Maps, dates, class instances, cycles).
 * @remarks O(size) time; memory is the result.
 */
export function encodeState(value: unknown): Uint8Array {
  const blobs: StateArray[] = []
  let end = 0
  const place = (array: StateArray): number => {
    const offset = align(end)
    blobs.push(array)
    end = offset + array.byteLength
    return offset
  }
  const tree = toJson(value, place, [])
  const header = new TextEncoder().encode(JSON.stringify(tree))
  const firstBlob = align(prefixBytes + header.length)
  const bytes = new Uint8Array(firstBlob + end)
  bytes.set(magic)
  new DataView(bytes.buffer).setUint32(40, header.length, true)
  bytes.set(header, prefixBytes)
  let offset = 0
  for (const blob of blobs) {
    offset = align(offset)
    const start = firstBlob + offset
    bytes.set(new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength), start)
    const copy = bytes.subarray(start, start + blob.byteLength)
    if (hostIsBigEndian) swapBytes(copy, blob.BYTES_PER_ELEMENT)
    offset += blob.byteLength
  }
  bytes.set(digestOf(bytes), 8)
  return bytes
}

/**
 * Decodes what {@link encodeState} made.
 *
 * @param bytes - The whole file.
 * @returns The tree; its arrays are copies.
 * @throws {LimbicError} `STATE_FILE_INVALID` when the bytes are not a state file, or not a whole or unchanged one.
 */
export function decodeState(bytes: Uint8Array): unknown {
  if (bytes.length < prefixBytes || magic.some((byte, i) => bytes[i] !== byte))
    throw invalid('a file that starts with LIMBIC1', `${bytes.length} other bytes`)
  const digest = digestOf(bytes)
  if (digest.some((byte, i) => bytes[8 + i] !== byte))
    throw invalid('the checksum that the file was written with', 'another one')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(40, true)
  if (prefixBytes + length > bytes.length)
    throw invalid(`a header of ${length} bytes`, `${bytes.length - prefixBytes} bytes`)
  const header = new TextDecoder().decode(bytes.subarray(prefixBytes, prefixBytes + length))
  const blobs = bytes.subarray(align(prefixBytes + length))
  return fromJson(parse(header), blobs)
}

/** Keys of the objects that stand for what JSON cannot hold. A key of the tree that starts with $ gets a second $. */
const arrayKey = '$array'
const numberKey = '$number'

function toJson(value: unknown, place: (array: StateArray) => number, above: object[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { [numberKey]: text(value) }
  if (typeof value !== 'object') throw unstorable(typeof value)
  if (ArrayBuffer.isView(value)) {
    const type = arrayName(value)
    const array = value as StateArray
    return { [arrayKey]: [type, place(array), array.length] }
  }
  if (above.includes(value)) throw unstorable('a tree that contains itself')
  const inside = [...above, value]
  if (Array.isArray(value)) return value.map((item: unknown) => toJson(item ?? null, place, inside))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw unstorable(`an instance of ${value.constructor.name}`)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [escapeKey(key), toJson(inner, place, inside)]),
  )
}

function fromJson(value: unknown, blobs: Uint8Array): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => fromJson(item, blobs))
  if (Object.hasOwn(value, numberKey)) return Number((value as Record<string, string>)[numberKey])
  if (Object.hasOwn(value, arrayKey))
    return arrayAt((value as Record<string, unknown[]>)[arrayKey]!, blobs)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.startsWith('$') ? key.slice(1) : key,
      fromJson(inner, blobs),
    ]),
  )
}

function arrayAt([type, offset, length]: unknown[], blobs: Uint8Array): StateArray {
  const Elements = constructors[type as ArrayName]
  const start = Number(offset)
  const byteLength = Number(length) * Elements.BYTES_PER_ELEMENT
  // Not `slice`: that of a Node Buffer is a view, possibly at an odd offset.
  const copy = new Uint8Array(blobs.subarray(start, start + byteLength))
  if (hostIsBigEndian) swapBytes(copy, Elements.BYTES_PER_ELEMENT)
  return new Elements(copy.buffer, copy.byteOffset, Number(length))
}

function arrayName(array: ArrayBufferView): ArrayName {
  // A Node Buffer is a Uint8Array by another name.
  const name = Buffer.isBuffer(array) ? 'Uint8Array' : array.constructor.name
  if (!Object.hasOwn(constructors, name)) throw unstorable(`a ${name}`)
  return name as ArrayName
}

function escapeKey(key: string): string {
  return key.startsWith('$') ? `$${key}` : key
}

function text(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`
}

function parse(header: string): unknown {
  try {
    return JSON.parse(header)
  } catch (cause) {
    throw new LimbicError(
      'STATE_FILE_INVALID',
      { expected: 'a JSON header', found: 'other text' },
      { cause },
    )
  }
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes.subarray(40)).digest()
}

function align(offset: number): number {
  return Math.ceil(offset / alignment) * alignment
}

function unstorable(found: string): LimbicError {
  return new LimbicError('VALUE_INVALID', {
    what: 'a state to be stored',
    expected: 'plain objects, arrays, strings, numbers, booleans, null and typed arrays',
    found,
  })
}

function invalid(expected: string, found: string): LimbicError {
  return new LimbicError('STATE_FILE_INVALID', { expected, found })
}
