import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRunStore, cutWindows } from '../../../src/train/volumes/run-store.ts'
import { makeRuns } from './_volumes.ts'

describe('createRunStore', () => {
  it('reads what is wanted and not held, and lets go of the rest', async () => {
    const { samples, reads } = makeRuns([3, 4, 5])
    const store = createRunStore(samples.runs)
    const [first, second] = await store.hold([0, 1])
    expect([first!.nRows, second!.nRows]).toEqual([3, 4])
    expect(store.heldBytes()).toBe(7 * 22 * 4)
    const again = await store.hold([1, 2])
    expect(again[0]).toBe(second)
    expect(store.heldBytes()).toBe(9 * 22 * 4)
    expect(reads.map((key) => key.at(-1))).toEqual(['1', '2', '3'])
  })

  it('holds float32, whatever is read', async () => {
    const { samples } = makeRuns([2])
    const run = {
      ...samples.runs[0]!,
      read: () => Promise.resolve({ data: Float64Array.of(1, 2), nRows: 2, nCols: 1 }),
    }
    const [matrix] = await createRunStore([run]).hold([0])
    expect(matrix!.data).toEqual(Float32Array.of(1, 2))
  })
})

describe('a run with voxels that are no numbers', () => {
  it('is refused by name, volume and count', async () => {
    const { samples } = makeRuns([3])
    const run = samples.runs[0]!
    const read = async () => {
      const matrix = await run.read()
      matrix.data[22 + 5] = NaN
      matrix.data[22 + 6] = Infinity
      return matrix
    }
    await expect(createRunStore([{ ...run, read }]).hold([0])).rejects.toMatchObject({
      code: 'VOLUME_NOT_FINITE',
      details: { where: 'sub-01/task-a/run-1', volume: 1, nNotFinite: 2, nVoxels: 22 },
    })
  })
})

describe('cutWindows', () => {
  it('never exceeds the bound but for a run that does so alone, and keeps every run in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 30 }),
        (sizes, bound) => {
          const windows = cutWindows([...sizes.keys()], (run) => sizes[run]!, bound)
          expect(windows.flat()).toEqual([...sizes.keys()])
          for (const window of windows) {
            const total = window.reduce((sum, run) => sum + sizes[run]!, 0)
            expect(total <= bound || window.length === 1).toBe(true)
          }
        },
      ),
    )
  })

  it('is one window when everything fits, and none without runs', () => {
    expect(cutWindows([1, 0], () => 2, 4)).toEqual([[1, 0]])
    expect(cutWindows([], () => 1, 1)).toEqual([])
  })
})
