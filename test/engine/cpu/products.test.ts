import { describe, it, expect } from 'vitest'
import fc from 'fast-check'
import { createProducts } from '../../../src/engine/cpu/products.ts'
import { gemm } from '../../../src/math/gemm/index.ts'
import { noise } from '../_tensors.ts'

const forms = [0, 1, 2, 3, 4, 5, 6, 7].map((form) => ({
  transA: (form & 1) > 0,
  transB: (form & 2) > 0,
  accumulate: form > 3,
}))
const [one, two, three] = [1, 2, 3].map(createProducts) as [Products, Products, Products]
type Products = ReturnType<typeof createProducts>

describe('multiply', () => {
  it.each(forms)('gives what gemm gives, small and large: %j', (options) => {
    for (const [M, N, K] of [
      [3, 5, 7],
      [64, 64, 9],
      [70, 130, 33],
      [1, 5000, 3],
    ] as const) {
      const [a, b, y] = [noise(M * K, 'a'), noise(K * N, 'b'), noise(M * N, 'y')]
      const expected = y.slice()
      one.multiply(M, N, K, a, b, y, options)
      gemm(M, N, K, a, b, expected, options)
      expect(y).toEqual(expected)
    }
  })

  it('writes into the array it is given, and nowhere beside it', () => {
    const whole = new Float32Array(3 + 64 * 64 + 3).fill(9)
    const ones = new Float32Array(64 * 64).fill(1)
    two.multiply(64, 64, 64, ones, ones, whole.subarray(3, 3 + 64 * 64))
    expect([...whole.subarray(0, 4), ...whole.subarray(-4)]).toEqual([9, 9, 9, 64, 64, 9, 9, 9])
  })

  it('passes other errors on', () => {
    const [a, b, y] = [new Float32Array(10), new Float32Array(6400), new Float32Array(6400)]
    expect(() => one.multiply(80, 80, 80, a, b, y)).toThrow()
  })

  it('gives zeros for a depth of zero', () => {
    const y = new Float32Array(6400).fill(1)
    one.multiply(80, 80, 0, new Float32Array(), new Float32Array(), y)
    expect(y.every((value) => value === 0)).toBe(true)
  })

  // The shapes of both networks: where rows or columns are few, and sums long.
  it.each([
    [1020, 64, 343],
    [32, 512, 700],
    [32, 1024, 256],
    [96, 100, 900],
    [48, 130, 1500],
    [17, 300, 700],
    [700, 300, 32],
    [240, 200, 900],
  ])('does not depend on the number of threads: %i x %i, sums of %i', (M, N, K) => {
    const [a, b, y] = [noise(M * K, 'a'), noise(K * N, 'b'), noise(M * N, 'y')]
    for (const options of forms) {
      const results = [one, two, three].map(({ multiply }) => {
        const result = y.slice()
        multiply(M, N, K, a, b, result, options)
        return Buffer.from(result.buffer)
      })
      expect(results.every((result) => result.equals(results[0]!))).toBe(true)
    }
  })

  it('does not depend on the number of threads, whatever the shape', () => {
    const length = fc.integer({ min: 1, max: 400 })
    fc.assert(
      fc.property(length, length, fc.integer({ min: 1, max: 1200 }), (M, N, K) => {
        const [a, b] = [noise(M * K, 'a'), noise(K * N, 'b')]
        const results = [one, two, three].map(({ multiply }) => {
          const result = new Float32Array(M * N)
          multiply(M, N, K, a, b, result)
          return Buffer.from(result.buffer)
        })
        return results.every((result) => result.equals(results[0]!))
      }),
      { numRuns: 25 },
    )
  })
})

describe('multiplyPlanes', () => {
  it.each([false, true])('gives the product of every plane, a transposed: %s', (transA) => {
    const [count, M, N, K] = [64, 47, 36, 33]
    const [a, b] = [noise(count * M * K, 'a'), noise(count * K * N, 'b')]
    const expected = new Float32Array(count * M * N)
    for (let i = 0; i < count; i++) {
      const [p, q] = [
        a.subarray(i * M * K, (i + 1) * M * K),
        b.subarray(i * K * N, (i + 1) * K * N),
      ]
      gemm(M, N, K, p, q, expected.subarray(i * M * N, (i + 1) * M * N), { transA })
    }
    for (const products of [one, two, three]) {
      const y = new Float32Array(count * M * N).fill(NaN)
      products.multiplyPlanes({ count, M, N, K, transA }, a, b, y)
      expect(Buffer.from(y.buffer).equals(Buffer.from(expected.buffer))).toBe(true)
    }
  })
})
