import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Task } from '../../../src/core/schemas/task.ts'
import { chunkTasks, formatRanges, parseRanges } from '../../../src/executors/slurm/chunk-tasks.ts'

const manifest = Array.from({ length: 1000 }, (_, i): Task => ({
  ...{ id: `task-${i + 1}`, fold: '01', permutation: i, seed: 0, inputsHash: '' },
}))

describe('chunkTasks', () => {
  it('gives the lines of missing tasks, as many per chunk as asked for', () => {
    const missing = [1, 4, 5, 999].map((i) => manifest[i]!)
    expect(chunkTasks(manifest, missing, { chunk: 3 })).toEqual([[2, 5, 6], [1000]])
    expect(chunkTasks(manifest, [], { chunk: 3 })).toEqual([])
  })

  it('fills an element with about five minutes of work', () => {
    const size = (secondsPerTask?: number): number =>
      chunkTasks(manifest, manifest, secondsPerTask === undefined ? {} : { secondsPerTask })[0]!
        .length
    expect(size()).toBe(1)
    expect(size(10)).toBe(30)
    expect(size(7200)).toBe(1)
    expect(size(0.01)).toBe(63)
  })

  it('neither loses nor doubles a task', () => {
    fc.assert(
      fc.property(fc.subarray(manifest), fc.integer({ min: 1, max: 50 }), (missing, chunk) => {
        const lines = chunkTasks(manifest, missing, { chunk }).flat()
        expect(lines.map((line) => manifest[line - 1])).toEqual(missing)
      }),
      { numRuns: 30 },
    )
  })
})

describe('ranges', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (numbers) => {
        const sorted = numbers.sort((a, b) => a - b)
        expect(parseRanges(formatRanges(sorted))).toEqual(sorted)
      }),
    )
  })

  it.each(['', '1-', 'a', '1,,2', '-3', '1 2', '1.5'])('%j is none', (text) => {
    expect(parseRanges(text)).toBeNull()
  })
})
