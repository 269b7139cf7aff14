import { describe, it, expect } from 'vitest'
import { matrixProduct } from '../../../src/engine/cpu/product.ts'
import { gemm } from '../../../src/math/gemm/index.ts'
import { noise } from '../_tensors.ts'

const forms = [0, 1, 2, 3, 4, 5, 6, 7].map((form) => ({
  transA: (form & 1) > 0,
  transB: (form & 2) > 0,
  accumulate: form > 3,
}))

describe('matrixProduct', () => {
  it.each(forms)('gives what gemm gives, small and large: %j', (options) => {
    for (const [M, N, K] of [
      [3, 5, 7],
      [64, 64, 9],
      [70, 130, 33],
      [1, 5000, 3],
    ] as const) {
      const [a, b, y] = [noise(M * K, 'a'), noise(K * N, 'b'), noise(M * N, 'y')]
      const expected = y.slice()
      matrixProduct(M, N, K, a, b, y, options)
      gemm(M, N, K, a, b, expected, options)
      expect(y).toEqual(expected)
    }
  })

  it('writes into the array it is given, and nowhere beside it', () => {
    const whole = new Float32Array(3 + 64 * 64 + 3).fill(9)
    const ones = new Float32Array(64 * 64).fill(1)
    matrixProduct(64, 64, 64, ones, ones, whole.subarray(3, 3 + 64 * 64))
    expect([...whole.subarray(0, 4), ...whole.subarray(-4)]).toEqual([9, 9, 9, 64, 64, 9, 9, 9])
  })

  it('passes other errors on', () => {
    const [a, b, y] = [new Float32Array(10), new Float32Array(6400), new Float32Array(6400)]
    expect(() => matrixProduct(80, 80, 80, a, b, y)).toThrow()
  })

  it('gives zeros for a depth of zero', () => {
    const y = new Float32Array(6400).fill(1)
    matrixProduct(80, 80, 0, new Float32Array(), new Float32Array(), y)
    expect(y.every((value) => value === 0)).toBe(true)
  })
})
