import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLimbicError } from '../../src/core/errors/index.ts'
import { decodeState, encodeState } from '../../src/io/state-file.ts'

const arrays = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int8Array(),
  fc.uint8Array(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
)
const leaf = fc.oneof(fc.string(), fc.boolean(), fc.constant(null), fc.double(), arrays)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree')),
    fc.dictionary(key(), tie('tree'), { noNullPrototype: true }),
  ),
}))

function key(): fc.Arbitrary<string> {
  return fc.oneof(fc.string(), fc.constantFrom('$array', '$number', '$$array', '__proto__'))
}

describe('encodeState and decodeState', () => {
  it('give back every tree', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(decodeState(encodeState(value))).toStrictEqual(value)
      }),
    )
  })

  it('give the same bytes for the same tree', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const bytes = encodeState(value)
        expect(encodeState(decodeState(bytes))).toEqual(bytes)
      }),
    )
  })

  it('notice every changed, missing or added byte', () => {
    const bytes = encodeState({ weights: Float32Array.of(1, 2, 3), name: 'x' })
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice()
        changed[at]! ^= flip
        for (const bad of [changed, bytes.subarray(0, at), Uint8Array.of(...bytes, 0)])
          expect(codeOf(() => decodeState(bad))).toBe('STATE_FILE_INVALID')
      }),
    )
  })

  it('refuse random bytes with one error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(codeOf(() => decodeState(bytes))).toBe('STATE_FILE_INVALID')
      }),
    )
  })

  it('keep what JSON loses', () => {
    const value = [NaN, Infinity, -Infinity, -0, { NaN: 'NaN' }]
    expect(decodeState(encodeState(value))).toStrictEqual(value)
  })

  it('leave out undefined properties, as JSON does', () => {
    expect(decodeState(encodeState({ a: 1, b: undefined }))).toStrictEqual({ a: 1 })
  })

  it('align the elements, and read them from a buffer at an odd offset', () => {
    const bytes = encodeState({ a: Uint8Array.of(1), b: Float64Array.of(Math.PI) })
    const odd = Buffer.alloc(bytes.length + 1)
    odd.set(bytes, 1)
    expect(decodeState(odd.subarray(1))).toStrictEqual({
      a: Uint8Array.of(1),
      b: Float64Array.of(Math.PI),
    })
    const value = new DataView(bytes.buffer).getFloat64(bytes.length - 8, true)
    expect(value).toBe(Math.PI)
    expect((bytes.length - 8) % 64).toBe(0)
  })

  it('store a view of a larger buffer, and a Node Buffer, as its own bytes', () => {
    const large = Float32Array.of(9, 1, 2, 9)
    const value = decodeState(encodeState([large.subarray(1, 3), Buffer.from([7])]))
    expect(value).toStrictEqual([Float32Array.of(1, 2), Uint8Array.of(7)])
  })

  it.each([
    ['a function', () => 0],
    ['a Map', new Map()],
    ['a Date', new Date(0)],
    ['a bigint', 1n],
    ['a DataView', new DataView(new ArrayBuffer(1))],
    ['undefined', undefined],
  ])('refuse %s', (_name, value) => {
    expect(codeOf(() => encodeState({ value: [{ value }] }))).toBe(
      value === undefined ? undefined : 'VALUE_INVALID',
    )
    expect(codeOf(() => encodeState(value))).toBe('VALUE_INVALID')
  })

  it('refuse a tree that contains itself', () => {
    const loop: { self?: unknown } = {}
    loop.self = loop
    expect(codeOf(() => encodeState(loop))).toBe('VALUE_INVALID')
  })
})

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return isLimbicError(error) ? error.code : String(error)
  }
}
