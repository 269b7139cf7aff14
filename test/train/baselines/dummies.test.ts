import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import {
  majority,
  scoreMajority,
  scoreStratified,
  stratified,
} from '../../../src/train/baselines/dummies.ts'
import { fitContext, gaussianSamples } from './_samples.ts'

const samples = gaussianSamples(createRng(1), [60, 30, 10], 2, 0)

describe('majority', () => {
  it('always names the commonest class, and knows the shares', async () => {
    const state = await majority.fit(samples, {}, fitContext)
    const { data } = scoreMajority(state, { nRows: 2 })
    expect([...data].map((x) => Number(Math.exp(x).toFixed(6)))).toEqual([
      0.6, 0.3, 0.1, 0.6, 0.3, 0.1,
    ])
    expect(state.fittedOn).toEqual(samples.runs)
  })

  it('gives a class without samples no chance', async () => {
    const state = await majority.fit({ ...samples, nClasses: 4 }, {}, fitContext)
    expect(scoreMajority(state, { nRows: 1 }).data[3]).toBe(-Infinity)
  })
})

describe('stratified', () => {
  it('names classes as often as they occur, and the same ones again', async () => {
    const state = await stratified.fit(samples, {}, fitContext)
    const scores = scoreStratified(state, { nRows: 3000 })
    const counts = [0, 0, 0]
    for (let row = 0; row < 3000; row++)
      counts[[0, 1, 2].find((c) => scores.data[row * 3 + c]! > 0)!]! += 1
    expect(counts.map((n) => Math.round(n / 300))).toEqual([6, 3, 1])
    expect(scoreStratified(state, { nRows: 3000 })).toEqual(scores)
  })

  it('never names a class without samples', async () => {
    const state = await stratified.fit({ ...samples, nClasses: 4 }, {}, fitContext)
    const { data } = scoreStratified(state, { nRows: 200 })
    expect(data.filter((_, i) => i % 4 === 3).every((x) => x === 0)).toBe(true)
  })
})
