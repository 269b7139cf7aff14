import { describe, expect, it } from 'vitest'
import { parseClassifierOptions } from '../../../src/train/linear/classifier-options.ts'
import { svmOptionsSchema } from '../../../src/train/linear/svm.ts'

describe('parseClassifierOptions', () => {
  it('fills in defaults', () => {
    const expected = {
      c: 2,
      rescale: false,
      tolerance: 1e-4,
      valueTolerance: 1e-10,
      maxIterations: 1000,
    }
    expect(parseClassifierOptions('svm', svmOptionsSchema, { c: 2 })).toEqual(expected)
    expect(parseClassifierOptions('svm', svmOptionsSchema, undefined).c).toBe(1)
  })

  it('names what is unknown and what is out of range', () => {
    const parse = (options: unknown) => () =>
      parseClassifierOptions('svm', svmOptionsSchema, options)
    expect(parse({ C: 2 })).toThrowError(/VALUE_INVALID|"C"/)
    expect(parse({ c: -1 })).toThrowError(/c: .*0/)
  })
})
