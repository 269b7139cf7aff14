import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../../src/core/rng.ts'
import { oversample, takeIndices } from '../../../../src/evaluate/protocol/paper/oversample.ts'
import { takeSamples } from '../../../../src/evaluate/protocol/samples.ts'
import { makeRun } from '../_subject.ts'

describe('oversample', () => {
  it('makes classes equally frequent, keeps every sample, and repeats only rarer classes', () => {
    const labels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(labels, fc.integer(), (drawn, seed) => {
        const all = Int32Array.from(drawn)
        const kept = oversample(all, createRng(seed))
        expect([...kept.slice(0, all.length)]).toEqual([...all.keys()])
        const counts = new Map<number, number>()
        for (const i of kept) counts.set(all[i]!, (counts.get(all[i]!) ?? 0) + 1)
        expect(new Set(counts.values()).size).toBe(1)
      }),
    )
  })

  it('draws the same again from the same seed', () => {
    const labels = Int32Array.of(0, 0, 0, 0, 0, 1, 1)
    expect(oversample(labels, createRng(1))).toEqual(oversample(labels, createRng(1)))
    expect(oversample(Int32Array.of(), createRng(1))).toHaveLength(0)
  })
})

describe('takeIndices', () => {
  it('takes features, labels and times together', () => {
    const run = makeRun('01', { task: 'a', run: '1', labels: [0, 1, 1] })
    const features = { data: Float64Array.of(1, 2, 3), nRows: 3, nCols: 1 }
    const taken = takeIndices(takeSamples(run, features, 'volume'), Int32Array.of(2, 0, 2))
    expect([...taken.features.data]).toEqual([3, 1, 3])
    expect([...taken.labels]).toEqual([1, 0, 1])
    expect([...taken.time.data]).toEqual([1, 0, 1])
    expect(taken.motion).toBeNull()
  })
})
