import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bestAffine,
  isUsableAffine,
  qformAffine,
  sformAffine,
  voxelSizeOf,
  type OrientationFields,
} from '../../../src/io/nifti/affine.ts'

const fields: OrientationFields = {
  shape: [5, 7, 9],
  pixdim: [1, 2, 3, 4, 0, 0, 0, 0],
  qformCode: 0,
  sformCode: 0,
  quaternion: [0, 0, 0],
  qoffset: [10, 20, 30],
  srow: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
}

describe('bestAffine', () => {
  it('prefers the sform, then the qform, then a centred grid with x flipped', () => {
    expect(bestAffine({ ...fields, sformCode: 1, qformCode: 1 })).toEqual(sformAffine(fields))
    expect(bestAffine({ ...fields, qformCode: 1 })).toEqual(qformAffine(fields)!.map((x) => x + 0))
    expect(bestAffine(fields)).toEqual([-2, 0, 0, 4, 0, 3, 0, -9, 0, 0, 4, -16, 0, 0, 0, 1])
  })

  it('takes 1 for the axes that an image does not have', () => {
    expect(bestAffine({ ...fields, shape: [5], pixdim: [1, 2, 9, 9, 0, 0, 0, 0] })).toEqual([
      -2, 0, 0, 4, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1,
    ])
  })
})

describe('qformAffine', () => {
  it('turns a quaternion of half a turn about z, and qfac -1, into signs', () => {
    const turned = { ...fields, quaternion: [0, 0, 1] as const, pixdim: [-1, 2, 3, 4] }
    expect(bestAffine({ ...turned, qformCode: 1 })).toEqual([
      -2, 0, 0, 10, 0, -3, 0, 20, 0, 0, -4, 30, 0, 0, 0, 1,
    ])
  })

  it('gives edges of the voxel sizes, at right angles, for every quaternion', () => {
    const unit = fc.double({ min: -1, max: 1, noNaN: true })
    fc.assert(
      fc.property(unit, unit, unit, unit, (a, b, c, d) => {
        const length = Math.hypot(a, b, c, d)
        fc.pre(length > 1e-3)
        const sign = Math.sign(a) || 1
        const affine = qformAffine({
          ...fields,
          quaternion: [(sign * b) / length, (sign * c) / length, (sign * d) / length],
        })!
        const column = (i: number): number[] => [affine[i]!, affine[4 + i]!, affine[8 + i]!]
        const dot = (u: number[], v: number[]): number =>
          u.reduce((sum, x, i) => sum + x * v[i]!, 0)
        voxelSizeOf(affine).forEach((size, i) => expect(size).toBeCloseTo(fields.pixdim[i + 1]!, 9))
        expect(dot(column(0), column(1))).toBeCloseTo(0, 8)
        expect(dot(column(1), column(2))).toBeCloseTo(0, 8)
      }),
    )
  })

  it('allows the rounding of float32 and no more', () => {
    expect(qformAffine({ ...fields, quaternion: [1 + 1e-8, 0, 0] })).toBeDefined()
    expect(qformAffine({ ...fields, quaternion: [1.01, 0, 0] })).toBeUndefined()
    expect(qformAffine({ ...fields, quaternion: [NaN, 0, 0] })).toBeUndefined()
  })
})

describe('isUsableAffine', () => {
  it.each([
    [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], true],
    [[1e-4, 0, 0, 0, 0, 1e-4, 0, 0, 0, 0, 1e-4, 0, 0, 0, 0, 1], true],
    [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], false],
    [[1, 2, 0, 0, 2, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], false],
    [[1, 0, 0, NaN, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], false],
  ])('%j: %s', (affine, usable) => {
    expect(isUsableAffine(affine)).toBe(usable)
  })
})
