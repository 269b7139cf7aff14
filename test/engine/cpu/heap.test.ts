import { describe, it, expect } from 'vitest'
import fc from 'fast-check'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import { createHeap } from '../../../src/engine/cpu/heap.ts'

const heap = createHeap()

describe('createHeap', () => {
  it('hands out aligned room and takes it back', () => {
    const first = heap.allocate(10)
    const second = heap.allocate(10)
    expect(first % 64).toBe(0)
    expect(second).toBeGreaterThanOrEqual(first + 40)
    heap.free(first)
    expect(heap.allocate(3)).toBe(first)
    heap.free(first)
    heap.free(second)
    expect(heap.usedBytes).toBe(0)
  })

  it('never gives the same bytes to two owners, and joins what is freed', () => {
    const actions = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5000 })), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(actions, (list) => {
        const live: { pointer: number; length: number }[] = []
        for (const [isFree, n] of list) {
          const owner = isFree ? live.splice(n % Math.max(1, live.length), 1)[0] : undefined
          if (owner !== undefined) heap.free(owner.pointer)
          else live.push({ pointer: heap.allocate(n), length: n * 4 })
        }
        const sorted = live.toSorted((a, b) => a.pointer - b.pointer)
        const isApart = sorted.every(
          ({ pointer, length }, i) => pointer + length <= (sorted[i + 1]?.pointer ?? Infinity),
        )
        for (const { pointer } of live) heap.free(pointer)
        return isApart && heap.usedBytes === 0
      }),
      { numRuns: 50 },
    )
    // Everything free is one piece again.
    const all = heap.memory.buffer.byteLength / 4 - 32768
    heap.free(heap.allocate(all))
  })

  it('gives scratch back even when its user throws', () => {
    expect(() =>
      heap.withScratch(100, () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(heap.usedBytes).toBe(0)
  })

  it('ignores a pointer that it did not give', () => {
    heap.free(12345)
    expect(heap.usedBytes).toBe(0)
  })

  it('says how much is missing when it is full', () => {
    let error: unknown
    try {
      heap.allocate(2 ** 40)
    } catch (thrown) {
      error = thrown
    }
    expect(isLimbicError(error, 'ENGINE_MEMORY_EXHAUSTED')).toBe(true)
  })
})
