import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Task } from '../../src/core/schemas/task.ts'
import { batchTasks } from '../../src/executors/batch-tasks.ts'

const task = (permutation: number, fold: string): Task => ({
  id: `${permutation}/${fold}`,
  inputsHash: '',
  ...{ fold, permutation, seed: 0 },
})
const grid = (nPermutations: number, folds: readonly string[]): Task[] =>
  Array.from({ length: nPermutations + 1 }, (_, p) => folds.map((fold) => task(p, fold))).flat()

const idsOf = (batches: readonly (readonly Task[])[]): string[][] =>
  batches.map((batch) => batch.map(({ id }) => id))

describe('batchTasks', () => {
  it('keeps the folds of a permutation together, and true labels apart', () => {
    expect(idsOf(batchTasks(grid(2, ['a', 'b']), 1))).toEqual([
      ['0/a'],
      ['0/b'],
      ['1/a', '1/b'],
      ['2/a', '2/b'],
    ])
  })

  it('spreads few permutations over many workers, fold by fold', () => {
    expect(batchTasks(grid(2, ['a', 'b']), 2)).toHaveLength(6)
  })

  it('neither loses, doubles nor reorders a task, and gives no empty batch', () => {
    const tasks = fc.subarray(grid(6, ['a', 'b', 'c']))
    fc.assert(
      fc.property(tasks, fc.integer({ min: 1, max: 8 }), (some, nWorkers) => {
        const batches = batchTasks(some, nWorkers)
        expect(batches.flat()).toEqual(some)
        expect(batches.every((batch) => batch.length > 0)).toBe(true)
      }),
    )
  })
})
