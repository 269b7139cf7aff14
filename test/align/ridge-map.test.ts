import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyAlignedMap } from '../../src/align/aligned-map.ts'
import { fitRidgeMap } from '../../src/align/ridge-map.ts'
import { columnDeviations, zscoreColumns } from '../../src/align/zscore-columns.ts'
import { createRng } from '../../src/core/rng.ts'
import { columnMeans, matrix, multiply, subtractRow, sumOfSquares } from '../../src/math/matrix.ts'
import { largestDifference, randomMatrix, randomOrthogonal } from '../math/_random.ts'

describe('fitRidgeMap', () => {
  it('shrinks one voxel by the penalty, by hand', () => {
    const source = matrix(2, 1, Float64Array.of(5, 1))
    const target = matrix(2, 1, Float64Array.of(7, 3))
    // Centred +-2 both; tr(AA')/T = 4, so W = 8 / (8 + lambda 4).
    const map = fitRidgeMap(source, target, { lambda: 2 })
    expect(map).toMatchObject({ rank: 1, scale: 1 })
    expect(applyAlignedMap(map, source).data[0]).toBeCloseTo(5 + 2 * 0.5, 12)
  })

  it.each([
    ['fewer rows than voxels', 6, 11],
    ['more rows than voxels', 12, 4],
  ])('solves the normal equations with %s', (_, nRows, nVoxels) => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.01, max: 10, noNaN: true }), (seed, lambda) => {
        const rng = createRng(seed)
        const [source, target] = [randomMatrix(rng, nRows, nVoxels), randomMatrix(rng, nRows, 3)]
        const map = fitRidgeMap(source, target, { lambda })
        const weights = map.left === null ? map.right : multiply(map.left, map.right)
        const centred = subtractRow(source, columnMeans(source))
        const rest = subtractRow(target, columnMeans(target))
        const fitted = multiply(centred, weights)
        for (let i = 0; i < rest.data.length; i++) rest.data[i]! -= fitted.data[i]!
        // A' (C - A W) = penalty W
        const pull = multiply(centred, rest, { transA: true })
        const penalty = (lambda * sumOfSquares(centred.data)) / nRows
        const wanted = matrix(
          nVoxels,
          3,
          weights.data.map((w) => w * penalty),
        )
        expect(largestDifference(pull, wanted)).toBeLessThan(1e-10)
      }),
      { numRuns: 25 },
    )
  })

  it('gives the same features when the voxels are turned', () => {
    const rng = createRng(3)
    const [source, target] = [randomMatrix(rng, 8, 12), randomMatrix(rng, 8, 5)]
    const turned = multiply(source, randomOrthogonal(rng, 12))
    const features = (data: typeof source) =>
      applyAlignedMap(fitRidgeMap(data, target, { lambda: 0.3 }), data)
    expect(largestDifference(features(source), features(turned))).toBeLessThan(1e-12)
  })

  it('z-scores within the map', () => {
    const rng = createRng(4)
    const source = randomMatrix(rng, 9, 4)
    for (let i = 0; i < source.data.length; i++)
      source.data[i] = source.data[i]! * (1 + (i % 4)) + 3
    const target = randomMatrix(rng, 9, 2)
    const inside = fitRidgeMap(source, target, { lambda: 1, zscoreAll: true })
    const scores = zscoreColumns(source)
    const outside = fitRidgeMap(scores, target, { lambda: 1 })
    expect(Math.max(...columnDeviations(source))).toBeGreaterThan(2)
    expect(
      largestDifference(applyAlignedMap(inside, source), applyAlignedMap(outside, scores)),
    ).toBeLessThan(1e-12)
  })

  it('maps blank data to the mean of the template, with rank 0', () => {
    const target = matrix(3, 2, Float64Array.of(1, 2, 3, 4, 5, 6))
    const map = fitRidgeMap(matrix(3, 4), target, { lambda: 1 })
    expect(map.rank).toBe(0)
    expect(Array.from(applyAlignedMap(map, matrix(1, 4)).data)).toEqual([3, 4])
  })

  it('refuses rows that do not match, and penalties that are none', () => {
    expect(() => fitRidgeMap(matrix(3, 4), matrix(2, 4), { lambda: 1 })).toThrow(/2 rows; found 3/)
    for (const lambda of [0, -1, NaN, Infinity])
      expect(() => fitRidgeMap(matrix(3, 4), matrix(3, 4), { lambda })).toThrow(/above 0/)
  })
})
