import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import {
  columnMeans,
  joinColumns,
  matrix,
  multiply,
  selectRows,
  subtractRow,
  sumOfSquares,
  toFloat64,
  transpose,
} from '../../src/math/matrix.ts'
import { largestDifference, randomMatrix } from './_random.ts'

const small = matrix(2, 3, Float64Array.of(1, 2, 3, 4, 5, 6))

describe('matrix', () => {
  it('refuses data of another size', () => {
    expect(() => matrix(2, 2, new Float64Array(3))).toThrow(/2 x 2 = 4 numbers/)
  })

  it('lies side by side with others of as many rows', () => {
    const wide = joinColumns([small, { data: Float32Array.of(7, 8), nRows: 2, nCols: 1 }], 2)
    expect(wide).toEqual(matrix(2, 4, Float64Array.of(1, 2, 3, 7, 4, 5, 6, 8)))
    expect(joinColumns([], 3)).toEqual(matrix(3, 0))
    expect(() => joinColumns([small, matrix(3, 1)], 2)).toThrow(/2 rows each/)
  })

  it('multiplies, transposed or not', () => {
    const wanted = matrix(2, 2, Float64Array.of(14, 32, 32, 77))
    expect(multiply(small, small, { transB: true })).toEqual(wanted)
    expect(multiply(transpose(small), small, { transA: true, transB: true })).toEqual(wanted)
    expect(() => multiply(small, small)).toThrow(/inner size of 3/)
  })

  it("turns products round: (a b)' = b' a'", () => {
    const size = fc.integer({ min: 0, max: 12 })
    fc.assert(
      fc.property(size, size, size, fc.integer(), (m, k, n, seed) => {
        const rng = createRng(seed)
        const a = randomMatrix(rng, m, k)
        const b = randomMatrix(rng, k, n)
        const product = multiply(b, a, { transA: true, transB: true })
        expect(largestDifference(product, transpose(multiply(a, b)))).toBeLessThan(1e-13)
      }),
    )
  })

  it('selects rows and takes column means away', () => {
    expect(selectRows(small, [1, 1, 0]).data).toEqual(Float64Array.of(4, 5, 6, 4, 5, 6, 1, 2, 3))
    expect(() => selectRows(small, [2])).toThrow(/0\.\.1/)
    expect(columnMeans(small)).toEqual(Float64Array.of(2.5, 3.5, 4.5))
    const centred = subtractRow(small, columnMeans(small))
    expect(centred.data).toEqual(Float64Array.of(-1.5, -1.5, -1.5, 1.5, 1.5, 1.5))
    expect(sumOfSquares(centred.data)).toBe(13.5)
  })

  it('converts float32 and leaves float64 as it is', () => {
    const single = { data: Float32Array.of(0.5), nRows: 1, nCols: 1 }
    expect(toFloat64(single).data).toEqual(Float64Array.of(0.5))
    expect(toFloat64(small).data).toBe(small.data)
  })
})
