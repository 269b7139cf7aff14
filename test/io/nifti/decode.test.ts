import { describe, expect, it } from 'vitest'
import {
  assertOneNumberPerVoxel,
  decodeVoxels,
  viewElements,
} from '../../../src/io/nifti/decode.ts'
import { parseNiftiHeader } from '../../../src/io/nifti/index.ts'
import { makeHeader } from './_files.ts'

describe('viewElements', () => {
  it('reverses the bytes of a big-endian file', () => {
    const header = parseNiftiHeader(makeHeader({ bigEndian: true }))
    expect(viewElements(Uint8Array.of(0, 1, 255, 255), header)).toEqual(Int16Array.of(1, -1))
  })
})

describe('decodeVoxels', () => {
  it('writes at the offset, and only there', () => {
    const header = parseNiftiHeader(makeHeader({ slope: 2, inter: 1 }))
    const target = new Float64Array(4)
    decodeVoxels(Int16Array.of(3, 4), header, target, 1)
    expect(target).toEqual(Float64Array.of(0, 7, 9, 0))
  })

  it('takes the real part of complex voxels, scaled', () => {
    const header = parseNiftiHeader(makeHeader({ datatype: 32, slope: 2 }))
    const target = new Float32Array(2)
    decodeVoxels(Float32Array.of(1, 10, 2, 20), header, target, 0)
    expect(target).toEqual(Float32Array.of(2, 4))
  })

  it('rounds 64-bit integers to the nearest number', () => {
    const header = parseNiftiHeader(makeHeader({ datatype: 1024 }))
    const target = new Float64Array(2)
    decodeVoxels(BigInt64Array.of(-(2n ** 53n), 2n ** 53n + 3n), header, target, 0)
    expect(target).toEqual(Float64Array.of(-(2 ** 53), 2 ** 53 + 4))
  })
})

describe('assertOneNumberPerVoxel', () => {
  it.each([128, 2304])('refuses colour %i', (datatype) => {
    const header = parseNiftiHeader(makeHeader({ datatype }))
    expect(() => assertOneNumberPerVoxel(header)).toThrow('colour')
  })
})
