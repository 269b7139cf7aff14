import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convertVoxels } from '../../../src/io/nifti/convert-voxels.ts'
import { findNiftiDatatype, niftiDatatypeOf } from '../../../src/io/nifti/datatypes.ts'

const type = (code: number): NonNullable<ReturnType<typeof findNiftiDatatype>> =>
  findNiftiDatatype(code)!

describe('convertVoxels', () => {
  it('gives the same array when the type is the same', () => {
    const data = Int16Array.of(1)
    expect(convertVoxels(data, type(4))).toBe(data)
  })

  it.each([
    ['float64 to uint8', Float64Array.of(0.4, 254.6), 2, Uint8Array.of(0, 255)],
    ['float32 to int64', Float32Array.of(-2.5, 2 ** 40), 1024, BigInt64Array.of(-2n, 1n << 40n)],
    ['int64 to float32', BigInt64Array.of(3n), 16, Float32Array.of(3)],
    ['float64 to float32', Float64Array.of(0.1, NaN), 16, Float32Array.of(0.1, NaN)],
    ['int16 to int32', Int16Array.of(-5), 8, Int32Array.of(-5)],
  ])('%s', (_name, data, code, expected) => {
    expect(convertVoxels(data, type(code))).toEqual(expected)
  })

  it.each([
    ['below', Float32Array.of(-1), 2],
    ['above', Int32Array.of(256), 2],
    ['not a number', Float64Array.of(NaN), 4],
    ['negative to unsigned 64 bits', Int8Array.of(-1), 1280],
  ])('refuses a value that does not fit: %s', (_name, data, code) => {
    expect(() => convertVoxels(data, type(code))).toThrow('can hold')
  })

  it('keeps every integer that fits', () => {
    fc.assert(
      fc.property(fc.int16Array(), (data) => {
        expect(convertVoxels(convertVoxels(data, type(64)), type(4))).toEqual(data)
      }),
    )
  })
})

describe('niftiDatatypeOf', () => {
  it('takes a Node Buffer for uint8', () => {
    expect(niftiDatatypeOf(Buffer.alloc(1)).name).toBe('uint8')
  })
})
