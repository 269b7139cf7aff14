import { describe, expect, it } from 'vitest'
import { linearClassifiers } from '../../../src/train/linear/index.ts'
import { context, gaussianSamples } from './_samples.ts'

describe('linearClassifiers', () => {
  it('are known by the names that pipelines write', () => {
    const names = ['nearest-centroid', 'ridge', 'logistic', 'lda', 'svm']
    expect(Object.keys(linearClassifiers)).toEqual(names)
  })

  it.each(Object.entries(linearClassifiers))(
    '%s: fits with its defaults, scores and names itself',
    async (name, classifier) => {
      const samples = gaussianSamples(1, 60, 6, 3, 3)
      const state = await classifier.fit(samples, {}, context)
      expect(classifier.name).toBe(name)
      expect(state).toMatchObject({ kind: name, nClasses: 3, nFeatures: 6, fittedOn: samples.runs })
      const scores = await classifier.score(state, samples.features, context)
      expect([scores.nRows, scores.nCols]).toEqual([60, 3])
      expect(scores.data.every(Number.isFinite)).toBe(true)
    },
  )

  it.each(Object.values(linearClassifiers).map((c) => [c.name, c] as const))(
    '%s: survives structured clone, as between workers',
    async (_, classifier) => {
      const samples = gaussianSamples(2, 30, 4, 2)
      const state = await classifier.fit(samples, {}, context)
      const scores = await classifier.score(state, samples.features, context)
      const again = await classifier.score(structuredClone(state), samples.features, context)
      expect(again.data).toEqual(scores.data)
    },
  )
})
