import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseTiling, tileShapes } from '../../../../src/engine/webgpu/gemm/tiles.ts'

describe('chooseTiling', () => {
  it('takes small tiles for small products and splits a long depth', () => {
    expect(chooseTiling({ rows: 20, columns: 8, depth: 30 })).toMatchObject({
      tile: { id: 'XS' },
      split: 1,
    })
    const filter = chooseTiling({ rows: 1728, columns: 64, depth: 90_112 })
    expect(filter.split).toBeGreaterThan(16)
  })

  it('never lets partial results outgrow their limit', () => {
    const size = fc.record({
      rows: fc.integer({ min: 1, max: 100_000 }),
      columns: fc.integer({ min: 1, max: 2048 }),
      depth: fc.integer({ min: 1, max: 100_000 }),
      scratchLimit: fc.integer({ min: 0, max: 10_000_000 }),
    })
    fc.assert(
      fc.property(size, (demand) => {
        const { tile, split } = chooseTiling(demand)
        expect(tileShapes).toContain(tile)
        if (split > 1)
          expect(split * demand.rows * demand.columns).toBeLessThanOrEqual(demand.scratchLimit)
      }),
      { numRuns: 50 },
    )
  })

  it('has tiles that their threads load without a rest', () => {
    for (const { rows, columns, depth, threadRows, threadColumns } of tileShapes) {
      const threads = (rows / threadRows) * (columns / threadColumns)
      expect(((rows * depth) / 4) % threads).toBe(0)
      expect(((columns * depth) / 4) % threads).toBe(0)
    }
  })
})
