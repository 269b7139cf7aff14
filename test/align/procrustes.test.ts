import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyAlignedMap } from '../../src/align/aligned-map.ts'
import { fitProcrustes, orthogonalProcrustes } from '../../src/align/procrustes.ts'
import { createRng } from '../../src/core/rng.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { largestDifference, randomMatrix, randomOrthogonal } from '../math/_random.ts'

describe('orthogonalProcrustes', () => {
  it('finds a quarter turn and its scale', () => {
    const source = matrix(2, 2, Float64Array.of(1, 0, 0, 1))
    const target = matrix(2, 2, Float64Array.of(0, 3, -3, 0))
    const { rotation, scale, rank } = orthogonalProcrustes(source, target)
    expect(largestDifference(rotation, matrix(2, 2, Float64Array.of(0, 1, -1, 0)))).toBeLessThan(
      1e-15,
    )
    expect(scale).toBeCloseTo(3, 14)
    expect(rank).toBe(2)
  })

  it('recovers any rotation or reflection, also into more voxels', () => {
    const size = fc.integer({ min: 1, max: 12 })
    fc.assert(
      fc.property(size, fc.integer({ min: 0, max: 5 }), fc.integer(), (nVoxels, more, seed) => {
        const rng = createRng(seed)
        const source = randomMatrix(rng, nVoxels + 8, nVoxels)
        const full = randomOrthogonal(rng, nVoxels + more)
        const turn = matrix(nVoxels, full.nCols, full.data.slice(0, nVoxels * full.nCols))
        const { rotation, scale } = orthogonalProcrustes(source, multiply(source, turn))
        expect(largestDifference(rotation, turn)).toBeLessThan(1e-9)
        expect(scale).toBeCloseTo(1, 9)
      }),
      { numRuns: 40 },
    )
  })

  it('gives zeros, not NaN, for a target without variance', () => {
    const { rotation, scale, rank } = orthogonalProcrustes(
      randomMatrix(createRng(1), 6, 3),
      matrix(6, 3),
    )
    expect([rank, scale, ...rotation.data]).toEqual(new Array(11).fill(0))
    expect(orthogonalProcrustes(matrix(6, 3), matrix(6, 3)).scale).toBe(0)
  })

  it('refuses different numbers of rows', () => {
    expect(() => orthogonalProcrustes(matrix(3, 2), matrix(4, 2))).toThrow(/expected 4 rows/i)
  })
})

describe('fitProcrustes', () => {
  it.each([
    ['more rows than voxels', 30, 8],
    ['fewer rows than voxels', 9, 40],
    ['as many rows as voxels', 12, 12],
  ])('undoes rotation, scale and shift with %s', (_, nRows, nVoxels) => {
    const rng = createRng(nRows)
    const source = randomMatrix(rng, nRows, nVoxels)
    const turned = multiply(source, randomOrthogonal(rng, nVoxels))
    const target = matrix(
      nRows,
      nVoxels,
      turned.data.map((value, i) => 4 * value + (i % nVoxels)),
    )
    const { map, fittedScale, disparity } = fitProcrustes(source, target)
    expect(largestDifference(applyAlignedMap(map, source), target)).toBeLessThan(1e-11)
    expect(fittedScale).toBeCloseTo(4, 11)
    expect(disparity).toBeCloseTo(0, 11)
    expect(map.rank).toBe(Math.min(nRows - 1, nVoxels))
  })

  it('keeps size without scaling, and reports the best scale all the same', () => {
    const source = randomMatrix(createRng(2), 20, 4)
    const target = matrix(
      20,
      4,
      source.data.map((value) => 5 * value),
    )
    const { map, fittedScale } = fitProcrustes(source, target, { scaling: false })
    expect(map.scale).toBe(1)
    expect(fittedScale).toBeCloseTo(5, 12)
  })

  it('holds no voxel-by-voxel matrix when rows are few', () => {
    const rng = createRng(3)
    const { map } = fitProcrustes(randomMatrix(rng, 5, 300), randomMatrix(rng, 5, 300))
    expect(map.left!.data.length + map.right.data.length).toBe(2 * 4 * 300)
  })

  it('does not change with the order of rows', () => {
    const rng = createRng(4)
    const [source, target] = [randomMatrix(rng, 15, 5), randomMatrix(rng, 15, 5)]
    const reversed = ({ data }: typeof source) => {
      const result = matrix(15, 5)
      for (let i = 0; i < 15; i++) result.data.set(data.subarray(i * 5, i * 5 + 5), (14 - i) * 5)
      return result
    }
    const direct = fitProcrustes(source, target).map.right
    const other = fitProcrustes(reversed(source), reversed(target)).map.right
    expect(largestDifference(direct, other)).toBeLessThan(1e-11)
  })

  it('maps everything to the mean of a target that does not vary', () => {
    const target = matrix(6, 2, new Float64Array(12).fill(7))
    const { map, disparity } = fitProcrustes(randomMatrix(createRng(5), 6, 3), target)
    const mapped = applyAlignedMap(map, randomMatrix(createRng(6), 2, 3))
    expect(mapped.data).toEqual(new Float64Array(4).fill(7))
    expect(disparity).toBe(1)
  })
})
