import { describe, expect, it } from 'vitest'
import {
  chooseModels,
  featuresFor,
  fitClassifier,
  modelChoices,
  once,
} from '../../../src/evaluate/protocol/fit-classifier.ts'
import { takeSamples } from '../../../src/evaluate/protocol/samples.ts'
import type { SubjectData } from '../../../src/evaluate/protocol/subject-data.ts'
import { makeContext, makePipeline, makeStudy } from './_study.ts'
import { makeRun } from './_subject.ts'

const labels = [0, 0, 1, 1, -1, 1]
const run = makeRun('01', { task: 'emotion', run: '1', labels })
const moved = {
  ...run,
  motion: { data: Float64Array.from({ length: 36 }, (_, i) => i), nRows: 6, nCols: 6 },
}
const features = {
  data: Float64Array.of(5, 6, 1, 2, 9, 0),
  nRows: 6,
  nCols: 1,
}

describe('featuresFor', () => {
  const samples = takeSamples(moved, features, 'volume')

  it('gives a decoder its features, and the clock decoder the clock', () => {
    expect(featuresFor('lda', samples)).toBe(samples.features)
    expect([...featuresFor('time-index', samples).data]).toEqual([0, 0.2, 0.4, 0.6, 1])
  })

  it('gives the motion decoder position and movement', () => {
    const motion = featuresFor('motion', samples)
    expect(motion).toMatchObject({ nRows: 5, nCols: 12 })
    expect([...motion.data.slice(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0])
    expect([...motion.data.slice(12, 24)]).toEqual([6, 7, 8, 9, 10, 11, 6, 6, 6, 6, 6, 6])
  })

  it('refuses to decode motion that nobody measured', () => {
    const still = takeSamples(run, features, 'volume')
    expect(() => featuresFor('motion', still)).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }) as Error,
    )
  })
})

describe('chooseModels', () => {
  const context = makeContext(makePipeline(['classify.baselines=[motion, ridge, lda]']))

  it('leaves the motion decoder out and says why, where motion is unknown', () => {
    const { choices, warnings } = chooseModels(context, makeStudy())
    expect(choices.map(({ name }) => name)).toEqual(['lda', 'ridge'])
    expect(warnings).toEqual([expect.stringContaining('no realignment parameters')])
  })

  it('keeps it where every labelled run has motion', () => {
    const measured = makeStudy().map((subject): SubjectData => {
      const withMotion = subject.runs.map((one) => ({ ...one, motion: moved.motion }))
      return { ...subject, rotations: [], training: { calibration: [], labelled: withMotion } }
    })
    const { choices, warnings } = chooseModels(context, measured)
    expect(choices.map(({ name }) => name)).toEqual(['lda', 'motion', 'ridge'])
    expect(warnings).toEqual([])
  })
})

describe('modelChoices', () => {
  it('names the model first and once', () => {
    const pipeline = makePipeline([
      'classify.baselines=[lda, ridge]',
      'classify.baselineOptions={ ridge: { alpha: 2 } }',
    ])
    expect(modelChoices({ pipeline })).toEqual([
      { name: 'lda', options: {} },
      { name: 'ridge', options: { alpha: 2 } },
    ])
  })
})

describe('fitClassifier', () => {
  it('asks for samples only what the classifier reads', async () => {
    const samples = takeSamples(run, features, 'volume')
    const source = {
      samples: () => Promise.resolve(samples),
      validation: () => Promise.resolve(undefined),
      volumes: () => {
        throw new Error('no volumes are needed')
      },
      validationVolumes: () => undefined,
    }
    const state = await fitClassifier(makeContext(), { name: 'lda', options: {} }, source, 'x')
    expect(state).toMatchObject({ kind: 'lda', nFeatures: 1, fittedOn: [run.key] })
  })
})

describe('once', () => {
  it('makes a thing once', async () => {
    let made = 0
    const ask = once(() => Promise.resolve(++made))
    expect([await ask(), await ask()]).toEqual([1, 1])
  })
})
