import { describe, it, expect } from 'vitest'
import {
  referenceAdam,
  referenceConvolution,
  referenceMatMul,
} from '../../../src/engine/self-test/reference.ts'

describe('referenceConvolution', () => {
  it('convolves by hand', () => {
    const { y, dx, dFilter } = referenceConvolution(
      {
        input: [1, 1, 4, 1],
        filter: [1, 2, 1, 1],
        output: [1, 1, 3, 1],
        ...{ stride: 1, top: 0, left: 0 },
      },
      [1, 2, 3, 4],
      [10, 1],
      [1, 0, 2],
    )
    expect([...y]).toEqual([12, 23, 34])
    expect([...dx]).toEqual([10, 1, 20, 2])
    expect([...dFilter]).toEqual([1 + 6, 2 + 8])
  })

  it('leaves what lies outside at zero', () => {
    const { y } = referenceConvolution(
      {
        input: [1, 1, 2, 1],
        filter: [1, 3, 1, 1],
        output: [1, 1, 2, 1],
        ...{ stride: 1, top: 0, left: 1 },
      },
      [5, 7],
      [1, 10, 100],
      [0, 0],
    )
    expect([...y]).toEqual([750, 75])
  })
})

describe('referenceMatMul', () => {
  it('multiplies by hand', () => {
    expect([...referenceMatMul(2, 1, 2, [1, 2, 3, 4], [5, 6])]).toEqual([17, 39])
  })
})

describe('referenceAdam', () => {
  it('moves by the learning rate in the first step, whatever the gradient', () => {
    const [a, b] = referenceAdam([1, 1], [[0.001, -400]], 0.1)
    expect(a).toBeCloseTo(0.9, 4)
    expect(b).toBeCloseTo(1.1, 4)
  })
})
