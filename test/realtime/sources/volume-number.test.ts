import { describe, expect, it } from 'vitest'
import { LimbicError } from '../../../src/core/errors/index.ts'
import {
  indexOfName,
  indexOfNumber,
  namePattern,
} from '../../../src/realtime/sources/volume-number.ts'

describe('indices of volumes', () => {
  it('come from the group of the pattern, and count from where the user says', () => {
    const pattern = namePattern('001_(?<run>\\d+)_(?<volume>\\d+)\\.dcm')
    expect(indexOfName('001_000013_000005.dcm', { pattern, firstIndex: 0 })).toBe(5)
    expect(indexOfName('001_000013_000005.dcm', { pattern, firstIndex: 1 })).toBe(4)
  })

  it('are not made up for names without number, or of other names', () => {
    const rule = { pattern: namePattern('vol_(?<volume>\\d*)\\.nii'), firstIndex: 0 }
    expect(indexOfName('vol_.nii', rule)).toBeUndefined()
    expect(indexOfName('my_vol_3.nii', rule)).toBeUndefined()
    expect(indexOfName('vol_3.nii.bak', rule)).toBeUndefined()
    expect(indexOfName('3.nii', { pattern: /nii/, firstIndex: 0 })).toBeUndefined()
  })

  it('refuse numbers before the first one, and absurd ones', () => {
    for (const [number, first] of [
      [0, 1],
      [2 ** 31, 0],
      [NaN, 0],
      [1.5, 0],
    ] as const)
      expect(() => indexOfNumber(number, first, 'f')).toThrowError(LimbicError)
    expect(() =>
      indexOfName('999999999999999999999.nii', { pattern: /(?<volume>\d+)/, firstIndex: 0 }),
    ).toThrowError(/cannot be told/)
  })

  it('need a pattern that is a regular expression', () => {
    expect(() => namePattern('vol_(?<volume')).toThrowError(/OPTION_INVALID|--pattern/)
  })
})
