import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLimbicError } from '../../../../src/core/errors/index.ts'
import { splitBatch, takePart } from '../../../../src/engine/webgpu/convolution/batch-parts.ts'
import { partAlignment } from '../../../../src/engine/webgpu/dispatch.ts'

const limits = { maxStorageBufferBindingSize: 4 * 10_000, maxComputeWorkgroupsPerDimension: 100 }

describe('splitBatch', () => {
  it('covers the batch in order, within the limits, at places where a part may begin', () => {
    const demands = fc.record({
      batch: fc.integer({ min: 1, max: 200 }),
      sampleSizes: fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 150 })),
      rowsPerSample: fc.integer({ min: 1, max: 40 }),
    })
    fc.assert(
      fc.property(demands, (demand) => {
        const parts = splitBatch(demand, limits)
        expect(
          parts.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + i)),
        ).toEqual(Array.from({ length: demand.batch }, (_, i) => i))
        for (const { start, count } of parts) {
          for (const size of demand.sampleSizes) {
            expect(count * size).toBeLessThanOrEqual(10_000)
            expect((start * size) % partAlignment).toBe(0)
          }
          expect(Math.ceil((count * demand.rowsPerSample) / 32)).toBeLessThanOrEqual(100)
        }
      }),
    )
  })

  it('refuses a sample that is too large by itself', () => {
    try {
      splitBatch({ batch: 2, sampleSizes: [64_000], rowsPerSample: 1 }, limits)
      expect.unreachable()
    } catch (error) {
      expect(isLimbicError(error, 'ENGINE_GPU_LIMIT')).toBe(true)
      expect((error as Error).message).toMatch(/smaller batch/)
    }
  })
})

describe('takePart', () => {
  it('counts in elements', () => {
    const tensor = { dataId: {}, dtype: 'float32' as const, shape: [4, 2, 8] }
    expect(takePart(tensor, 4, { start: 0, count: 4 })).toBe(tensor)
    expect(takePart(tensor, 4, { start: 2, count: 1 })).toEqual({ tensor, offset: 32, length: 16 })
  })
})
