import { describe, expect, it } from 'vitest'
import type { Matrix, Matrix64 } from '../../src/core/types.ts'
import { orthonormalBasis } from '../../src/math/least-squares.ts'
import { visitResidualBlocks } from '../../src/preprocess/residual-blocks.ts'
import { columnOf, expectAllClose, noise } from './_series.ts'

function residualOf(series: Matrix, basis: Matrix64): Matrix64 {
  const data = new Float64Array(series.data.length)
  visitResidualBlocks(series, basis, ({ firstVoxel, nVoxels, width, residual }) => {
    for (let t = 0; t < series.nRows; t++)
      for (let v = 0; v < nVoxels; v++)
        data[t * series.nCols + firstVoxel + v] = residual[t * width + v]!
  })
  return { data, nRows: series.nRows, nCols: series.nCols }
}

describe('visitResidualBlocks', () => {
  // Widths around the block of 32 voxels, odd ones, and ranks that are no multiple of four.
  it.each([
    [1, 1],
    [31, 3],
    [32, 4],
    [33, 5],
    [71, 9],
  ])("equals x - Q Q'x for %d voxels and rank %d", (nVoxels, rank) => {
    const series = noise(nVoxels, 20, nVoxels)
    const { q } = orthonormalBasis(noise(rank, 20, rank))
    const wanted = Float64Array.from(series.data)
    for (let v = 0; v < nVoxels; v++)
      for (let k = 0; k < rank; k++) {
        const direction = columnOf(q, k)
        const along = columnOf(series, v).reduce((sum, x, t) => sum + x * direction[t]!, 0)
        direction.forEach((value, t) => (wanted[t * nVoxels + v]! -= along * value))
      }
    expectAllClose(residualOf(series, q).data, wanted, 1e-13)
  })

  it('leaves the series as it is beside an empty basis', () => {
    const series = noise(5, 8, 40)
    const empty = { data: new Float64Array(0), nRows: 8, nCols: 0 }
    expect(residualOf(series, empty).data).toEqual(series.data)
  })

  it('hands over the sums of the series before cleaning', () => {
    const series = { data: Float32Array.of(1, 2, 3, 4, 5, 6), nRows: 3, nCols: 2 }
    const { q } = orthonormalBasis({ data: Float64Array.of(1, 1, 1), nRows: 3, nCols: 1 })
    const sums: number[] = []
    visitResidualBlocks(series, q, ({ nVoxels, sum, sumOfSquares }) => {
      for (let v = 0; v < nVoxels; v++) sums.push(sum[v]!, sumOfSquares[v]!)
    })
    expect(sums).toEqual([9, 35, 12, 56])
  })

  it('keeps a value that is not finite in its own voxel', () => {
    const series = noise(6, 10, 35)
    series.data[3 * 35 + 33] = NaN
    const { q } = orthonormalBasis(noise(7, 10, 2))
    const { data } = residualOf(series, q)
    const spoiled = new Set(
      [...data.keys()].filter((i) => Number.isNaN(data[i]!)).map((i) => i % 35),
    )
    expect([...spoiled]).toEqual([33])
  })
})
