import { describe, expect, it } from 'vitest'
import { applyAlignedMap, compactMap, type AlignedMap } from '../../src/align/aligned-map.ts'
import { createRng } from '../../src/core/rng.ts'
import { matrix } from '../../src/math/matrix.ts'
import { largestDifference, randomMatrix } from '../math/_random.ts'

const swap: AlignedMap = {
  sourceMean: Float64Array.of(1, 2),
  left: null,
  right: matrix(2, 2, Float64Array.of(0, 1, 1, 0)),
  scale: 3,
  targetMean: Float64Array.of(10, 20),
  rank: 2,
}

describe('applyAlignedMap', () => {
  it('centres, turns, scales and shifts', () => {
    const rows = matrix(1, 2, Float64Array.of(2, 6))
    expect(applyAlignedMap(swap, rows)).toEqual(matrix(1, 2, Float64Array.of(22, 23)))
    expect(rows.data).toEqual(Float64Array.of(2, 6))
  })

  it('keeps float32 rows float32', () => {
    const { data } = applyAlignedMap(swap, { data: Float32Array.of(2, 6), nRows: 1, nCols: 2 })
    expect(data).toEqual(Float32Array.of(22, 23))
  })

  it('maps nothing to nothing, and refuses other voxels', () => {
    expect(applyAlignedMap(swap, matrix(0, 2)).nRows).toBe(0)
    expect(() => applyAlignedMap(swap, matrix(1, 3))).toThrow(/expected 2 voxels/i)
  })
})

describe('compactMap', () => {
  const rng = createRng(1)
  const factored = (nVoxels: number, rank: number, nDimensions: number): AlignedMap => ({
    sourceMean: randomMatrix(rng, 1, nVoxels).data,
    left: randomMatrix(rng, nVoxels, rank),
    right: randomMatrix(rng, rank, nDimensions),
    scale: 0.5,
    targetMean: randomMatrix(rng, 1, nDimensions).data,
    rank,
  })

  it.each([
    [50, 3, 40, true],
    [50, 20, 4, false],
  ])('%d voxels, rank %d, %d dimensions: factors kept is %s', (nVoxels, rank, n, kept) => {
    const map = factored(nVoxels, rank, n)
    const compact = compactMap(map)
    expect(compact.left !== null).toBe(kept)
    const rows = randomMatrix(rng, 7, nVoxels)
    const difference = largestDifference(applyAlignedMap(map, rows), applyAlignedMap(compact, rows))
    expect(difference).toBeLessThan(1e-11)
  })
})
