import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { createBrain } from '../../src/simulate/brain.ts'
import { factorCovariance, fieldCovariance } from '../../src/simulate/covariance.ts'
import { drawBlockOrders } from '../../src/simulate/design.ts'
import { drawConditionPatterns, drawFilm } from '../../src/simulate/latents.ts'
import { simulateSubject } from '../../src/simulate/subject.ts'
import {
  createTextureOracle,
  scoreTextureOracle,
  textureEvidence,
} from '../../src/simulate/texture-oracle.ts'
import { drawTopography } from '../../src/simulate/topography.ts'
import { small } from './_small.ts'

const options = { ...small, texture: true }
const brain = createBrain(small.shape, small.regionRadiusVoxels)
const topography = drawTopography(brain, small, createRng('shared'), createRng('own'))
const n = brain.region.length

const scoreWith = (changes: object) => {
  const chosen = { ...options, runs: 2, volumes: 153, ...changes }
  const rng = createRng(0)
  const shared = {
    brain,
    film: drawFilm(chosen.calibrationVolumes, chosen.latentDims, Float64Array.of(1), rng),
    patterns: drawConditionPatterns(2, chosen, createRng('patterns')),
  }
  expect(shared.patterns.data.every((value) => value === 0)).toBe(true)
  const orders = drawBlockOrders(chosen, createRng('design'))[0]!
  const subject = simulateSubject(shared, orders, chosen, rng, '01')
  expect([...subject.runs()].length).toBe(3)
  return subject.score()
}

describe('createTextureOracle', () => {
  it('finds axes along which the noise has unit variance and each field its own', () => {
    const oracle = createTextureOracle(brain, topography, options)
    const factor = factorCovariance(brain, topography, options)
    oracle.axes.forEach((axes, condition) => {
      const field = fieldCovariance(brain, options.textureSigmaVoxels[condition]!)
      const along = (
        i: number,
        j: number,
        covariance: (a: number, b: number) => number,
      ): number => {
        let sum = 0
        for (let a = 0; a < n; a++)
          for (let b = 0; b < n; b++)
            sum += axes.data[i * n + a]! * covariance(a, b) * axes.data[j * n + b]!
        return sum
      }
      const noise = (a: number, b: number): number => {
        let sum = 0
        for (let k = 0; k <= Math.min(a, b); k++) sum += factor[a * n + k]! * factor[b * n + k]!
        return sum
      }
      expect(along(0, 0, noise)).toBeCloseTo(1, 8)
      expect(along(0, 1, noise)).toBeCloseTo(0, 8)
      const variance = along(0, 0, (a, b) => 2.2 ** 2 * field[a * n + b]!)
      expect(variance).toBeCloseTo(oracle.variances[condition]![0]!, 6)
    })
  })
})

describe('scoreTextureOracle', () => {
  it('decides by hand: one axis, the larger square belongs to the stronger field', () => {
    // One voxel, field variance 8 in both conditions; only the amount tells activity from rest.
    const oracle = {
      axes: [1, 1].map((value) => ({ data: Float64Array.of(value), nRows: 1, nCols: 1 })),
      variances: [Float64Array.of(8), Float64Array.of(8)],
    }
    const region = { data: Float64Array.of(6, 0.1, 0.2, 5), nRows: 4, nCols: 1 }
    const evidence = textureEvidence(oracle, region)
    ;[36, 36, 0.01, 0.01].forEach((value, i) => expect(evidence.data[i]).toBeCloseTo(value, 10))
    const activity = { data: Float64Array.of(1, 0, 0, 0, 0, 0, 1, 0), nRows: 4, nCols: 2 }
    const labels = Int32Array.of(0, 1, 1, 0)
    const score = scoreTextureOracle(oracle, { evidence, activity, labels }, 2)
    expect(score).toEqual({ accuracy: 1, balancedAccuracy: 1, nVolumes: 4 })
  })

  it('rises with the effect, from chance to near certainty', () => {
    const scores = [0, 0.4, 0.8, 3].map((effect) => scoreWith({ effect }).balancedAccuracy)
    expect(scores[0]).toBeCloseTo(1 / 3, 10)
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThan(scores[i - 1]!)
    expect(scores.at(-1)).toBeGreaterThan(0.9)
  })

  it('cannot tell conditions of the same texture apart', () => {
    const { accuracy } = scoreWith({ textureSigmaVoxels: [1, 1], effect: 3 })
    // Rest is half of the volumes; the others are a guess between two.
    expect(accuracy).toBeGreaterThan(0.55)
    expect(accuracy).toBeLessThan(0.85)
  })
})
