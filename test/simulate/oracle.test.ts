import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { createBrain } from '../../src/simulate/brain.ts'
import { createOracle, oracleEvidence, scoreOracle } from '../../src/simulate/oracle.ts'
import { simulateSubject } from '../../src/simulate/subject.ts'
import { drawBlockOrders } from '../../src/simulate/design.ts'
import { drawConditionPatterns, drawFilm } from '../../src/simulate/latents.ts'
import { drawTopography } from '../../src/simulate/topography.ts'
import { small } from './_small.ts'

const brain = createBrain(small.shape, small.regionRadiusVoxels)
const topography = drawTopography(brain, small, createRng('shared'), createRng('own'))
const patterns = drawConditionPatterns(2, small, createRng('patterns'))

/** Score of the first subject of a dataset with these options. */
const scoreWith = (changes: object) => {
  const options = { ...small, runs: 2, volumes: 153, ...changes }
  const rng = createRng(0)
  const shared = {
    brain,
    film: drawFilm(options.calibrationVolumes, options.latentDims, Float64Array.of(1), rng),
    patterns: drawConditionPatterns(2, options, createRng('patterns')),
  }
  const orders = drawBlockOrders(options, createRng('design'))[0]!
  const subject = simulateSubject(shared, orders, options, rng, '01')
  expect([...subject.runs()].length).toBe(3)
  return subject.score()
}

describe('createOracle', () => {
  it('weighs voxels by the response over the variance where noise is white', () => {
    const white = { ...small, whiteNoiseSd: 2, smoothNoiseSd: 0, latentNoiseSd: 0 }
    const oracle = createOracle(brain, topography, patterns, white)
    for (let voxel = 0; voxel < topography.nRows; voxel++) {
      let response = 0
      for (let dim = 0; dim < 12; dim++)
        response += topography.data[voxel * 12 + dim]! * patterns.data[12 + dim]!
      expect(oracle.weights.data[topography.nRows + voxel]).toBeCloseTo(response / 4, 10)
    }
  })

  it('gives the noise-free responses exactly the gram matrix as evidence', () => {
    const oracle = createOracle(brain, topography, patterns, small)
    const responses = new Float64Array(2 * topography.nRows)
    for (let condition = 0; condition < 2; condition++)
      for (let voxel = 0; voxel < topography.nRows; voxel++)
        for (let dim = 0; dim < 12; dim++)
          responses[condition * topography.nRows + voxel]! +=
            topography.data[voxel * 12 + dim]! * patterns.data[condition * 12 + dim]!
    const evidence = oracleEvidence(oracle, {
      data: responses,
      nRows: 2,
      nCols: topography.nRows,
    })
    evidence.data.forEach((value, i) => expect(value).toBeCloseTo(oracle.gram.data[i]!, 8))
    expect(oracle.gram.data[1]).toBeCloseTo(oracle.gram.data[2]!, 8)
  })
})

describe('scoreOracle', () => {
  const identity = { data: Float64Array.of(1, 0, 0, 1), nRows: 2, nCols: 2 }
  const oracle = { weights: identity, gram: identity }
  const activity = { data: Float64Array.of(1, 0, 0, 1, 0, 0, 0, 0), nRows: 4, nCols: 2 }

  it('decides by hand: nearest response, volumes in transition left out', () => {
    // Classes respond at (1, 0), (0, 1) and (0, 0); the fourth volume is rest that looks like the second class.
    const evidence = { data: Float64Array.of(3, 0, 0, 3, 0.1, 0.1, 0, 4), nRows: 4, nCols: 2 }
    const score = scoreOracle(oracle, { evidence, activity, labels: Int32Array.of(0, 1, 2, 2) }, 3)
    expect(score).toEqual({ accuracy: 0.75, balancedAccuracy: (1 + 1 + 0.5) / 3, nVolumes: 4 })
    const kept = scoreOracle(oracle, { evidence, activity, labels: Int32Array.of(0, 1, 2, -1) }, 3)
    expect(kept).toEqual({ accuracy: 1, balancedAccuracy: 1, nVolumes: 3 })
  })

  it('falls back on priors, and on chance without them, when nothing is evoked', () => {
    const nothing = { data: new Float64Array(4), nRows: 2, nCols: 2 }
    const silent = { evidence: { data: new Float64Array(8), nRows: 4, nCols: 2 }, activity }
    const labels = Int32Array.of(0, 1, 2, 2)
    const score = scoreOracle({ weights: nothing, gram: nothing }, { ...silent, labels }, 3)
    expect(score).toEqual({ accuracy: 0.5, balancedAccuracy: 1 / 3, nVolumes: 4 })
  })

  it('rises with the effect, from chance to certainty', () => {
    const scores = [0, 0.5, 1, 2, 8].map((effect) => scoreWith({ effect }).balancedAccuracy)
    expect(scores[0]).toBeCloseTo(1 / 3, 10)
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThanOrEqual(scores[i - 1]!)
    expect(scores.at(-1)).toBeGreaterThan(0.99)
  })

  it('falls with noise', () => {
    const [little, much] = [0.5, 3].map((whiteNoiseSd) => scoreWith({ whiteNoiseSd }).accuracy)
    expect(little).toBeGreaterThan(much! + 0.05)
  })

  it('is at chance in a null dataset', () => {
    expect(scoreWith({ null: true }).balancedAccuracy).toBeCloseTo(1 / 3, 10)
  })
})
