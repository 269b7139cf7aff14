import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnDeviations, zscoreColumns } from '../../src/align/zscore-columns.ts'
import { createRng } from '../../src/core/rng.ts'
import { columnMeans, matrix } from '../../src/math/matrix.ts'
import { largestDifference, randomMatrix } from '../math/_random.ts'

describe('zscoreColumns', () => {
  it('divides by n, not n - 1', () => {
    const source = matrix(2, 2, Float64Array.of(1, 10, 3, 30))
    expect(zscoreColumns(source).data).toEqual(Float64Array.of(-1, -1, 1, 1))
    expect(columnDeviations(source)).toEqual(Float64Array.of(1, 10))
  })

  it('gives mean 0 and deviation 1, whatever the scale and offset', () => {
    const scale = fc.double({ min: 0.01, max: 1000, noNaN: true })
    fc.assert(
      fc.property(scale, scale, fc.integer(), (factor, offset, seed) => {
        const source = randomMatrix(createRng(seed), 9, 4)
        const scores = zscoreColumns(source)
        columnMeans(scores).forEach((mean) => expect(mean).toBeCloseTo(0, 12))
        columnDeviations(scores).forEach((deviation) => expect(deviation).toBeCloseTo(1, 12))
        const other = matrix(
          9,
          4,
          source.data.map((value) => offset + factor * value),
        )
        expect(largestDifference(zscoreColumns(other), scores)).toBeLessThan(1e-8)
      }),
      { numRuns: 40 },
    )
  })

  it('only centres what does not vary', () => {
    const constant = matrix(3, 1, Float64Array.of(0.1, 0.1, 0.1))
    zscoreColumns(constant).data.forEach((value) => expect(Math.abs(value)).toBeLessThan(1e-15))
    expect(columnDeviations(constant)).toEqual(Float64Array.of(1))
  })
})
