import { describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import type { Matrix } from '../../../src/core/types.ts'
import { pathGradients } from '../../../src/evaluate/interpret/path-gradients.ts'
import type { ClassifierState, FitContext } from '../../../src/train/classifier.ts'
import { classifierOf } from '../../../src/train/classifiers.ts'
import { openTestEngine } from '../../train/network/_engine.ts'
import { createProblem } from '../../train/network/_problem.ts'
import { makeRuns } from '../../train/volumes/_volumes.ts'

const context: FitContext = { rng: createRng(3), emit: silent, openEngine: openTestEngine }

describe('a linear model', () => {
  it('has its weights less their mean over classes as gradient, by hand', async () => {
    const state = {
      ...{ kind: 'lda', fittedOn: [], nClasses: 2, nFeatures: 2 },
      ...{ weights: Float64Array.of(1, 3, -2, 2), bias: Float64Array.of(0, 0) },
    }
    const gradient = await pathGradients(
      'lda',
      state,
      {
        features: { data: new Float64Array(4), nRows: 2, nCols: 2 },
        labels: Int32Array.of(0, 1),
        baseline: new Float64Array(2),
      },
      context,
    )
    expect([...gradient.data]).toEqual([-1, -2, 1, 2])
  })
})

describe('a network', () => {
  it.each([
    ['compact', 9, { epochs: 3, batchSize: 16 }],
    ['paper', 56, { preset: 'paper', epochs: 1, batchSize: 8, learningRate: 1e-3, l1: 1e-5 }],
  ])(
    'has attributions that add up to the score, from baseline to sample: %s preset',
    async (_, nFeatures, options) => {
      const { samples, state } = await fitted('cnn1d', options, nFeatures)
      const gradient = await pathGradients('cnn1d', state, samples, context)
      const at = await ownScores('cnn1d', state, samples.features, samples.labels)
      const from = await ownScores(
        'cnn1d',
        state,
        repeat(samples.baseline, samples.labels.length),
        samples.labels,
      )
      const scale = Math.max(...at.map((score, i) => Math.abs(score - from[i]!)))
      at.forEach((score, i) => {
        let sum = 0
        for (let f = 0; f < nFeatures; f++)
          sum += gradient.data[i * nFeatures + f]! * samples.features.data[i * nFeatures + f]!
        expect(Math.abs(sum - (score - from[i]!))).toBeLessThan(0.05 * scale)
      })
    },
  )

  it('of volumes is explained voxel by voxel, in the same way', async () => {
    const { samples } = makeRuns([24], { signal: 0.7 })
    const options = { epochs: 2, members: 1, batchSize: 8, inputNoise: 0.2, volumeZ: false }
    const classifier = classifierOf('resnet3d')
    const state = await classifier.fitVolumes!(samples, options, {
      ...{ rng: createRng(1), emit: silent, openEngine: openTestEngine },
    })
    const volumes = await samples.runs[0]!.read()
    const own = samples.runs[0]!.labels
    const start = new Float64Array(volumes.nCols)
    const explained = { features: volumes, labels: own, baseline: start }
    const gradient = await pathGradients('resnet3d', state, explained, context)
    const at = await ownScores('resnet3d', state, volumes, own)
    const from = await ownScores('resnet3d', state, repeat(start, own.length), own)
    const sums = at.map((_, i) => {
      let sum = 0
      for (let v = 0; v < volumes.nCols; v++)
        sum += gradient.data[i * volumes.nCols + v]! * volumes.data[i * volumes.nCols + v]!
      return sum
    })
    const error = Math.hypot(...at.map((score, i) => score - from[i]! - sums[i]!))
    expect(error).toBeLessThan(0.15 * Math.hypot(...at.map((score, i) => score - from[i]!)))
  })
})

describe('any other classifier', () => {
  it('is explained by differences, which find the features that matter', async () => {
    const { samples, state } = await fitted('random-forest', {}, 9)
    const gradient = await pathGradients('random-forest', state, samples, context)
    expect(gradient.nCols).toBe(9)
    expect(gradient.data.every(Number.isFinite)).toBe(true)
    expect(gradient.data.some((value) => value !== 0)).toBe(true)
  })
})

async function fitted(name: string, options: unknown, nFeatures: number) {
  const problem = createProblem({ nFeatures })
  const { features, labels } = problem
  const baseline = new Float64Array(nFeatures)
  const state = await classifierOf(name).fit(problem, options, context)
  const n = 6
  const few = { data: features.data.slice(0, n * nFeatures), nRows: n, nCols: nFeatures }
  return { state, samples: { features: few, labels: labels.slice(0, n), baseline } }
}

async function ownScores(
  name: string,
  state: ClassifierState,
  rows: Matrix,
  own: Int32Array,
): Promise<number[]> {
  const { data, nCols } = await classifierOf(name).score(state, rows, context)
  return Array.from(own, (label, i) => {
    const row = data.subarray(i * nCols, (i + 1) * nCols)
    return row[label]! - row.reduce((sum, score) => sum + score, 0) / nCols
  })
}

function repeat(row: Float64Array, n: number): Matrix {
  const data = new Float64Array(n * row.length)
  for (let i = 0; i < n; i++) data.set(row, i * row.length)
  return { data, nRows: n, nCols: row.length }
}
