import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyAffine,
  identityAffine,
  invertAffine,
  multiplyAffines,
  voxelSizesMm,
} from '../../../src/preprocess/resample/affine-map.ts'
import { expectAllClose } from '../_series.ts'

const oblique = [3, -0.7, -0.3, -39, 0.7, 3.4, -0.7, -64, 0.3, 0.5, 4.1, -55, 0, 0, 0, 1]
const number = fc.double({ min: -5, max: 5, noNaN: true })

describe('multiplyAffines and applyAffine', () => {
  it('apply the second first', () => {
    const scale = [2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1]
    const shift = [1, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 3, 0, 0, 0, 1]
    expect(applyAffine(multiplyAffines(scale, shift), [0, 0, 0])).toEqual([2, 6, 12])
    expect(applyAffine(multiplyAffines(shift, scale), [1, 1, 1])).toEqual([3, 5, 7])
  })
})

describe('invertAffine', () => {
  it('undoes an oblique affine', () => {
    expectAllClose(multiplyAffines(invertAffine(oblique), oblique), identityAffine, 1e-13)
  })

  it('undoes any affine that keeps volume', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 12, maxLength: 12 }), (values) => {
        const strong = values.map((value, i) => (i % 5 === 0 ? value + 20 : value))
        const affine = [...strong, 0, 0, 0, 1]
        const both = multiplyAffines(affine, invertAffine(affine))
        expectAllClose(both, identityAffine, 1e-11)
      }),
    )
  })

  it.each([
    ['flat', oblique.map((value, i) => (i % 4 === 2 ? 0 : value))],
    ['of dependent columns', oblique.map((value, i) => (i % 4 === 2 ? oblique[i - 1]! : value))],
    ['not finite', oblique.map((value, i) => (i === 0 ? NaN : value))],
  ])('refuses an affine that is %s', (_, affine) => {
    expect(() => invertAffine(affine)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }))
  })
})

describe('voxelSizesMm', () => {
  it('are the lengths of the columns', () => {
    expectAllClose(voxelSizesMm([0, -2, 0, 9, 3, 0, 0, 9, 0, 0, 4, 9, 0, 0, 0, 1]), [3, 2, 4], 0)
    expect(voxelSizesMm(oblique)[1]).toBeCloseTo(Math.hypot(0.7, 3.4, 0.5), 14)
  })
})
