import { expect, it } from 'vitest'
import { describeMethods, type MethodsSource } from '../../src/evaluate/methods-text.ts'
import { foldsWithScores } from './_folds.ts'
import { makePipeline } from './protocol/_study.ts'

const pipeline = makePipeline()
const source: MethodsSource = {
  pipeline,
  classes: ['negative', 'neutral', 'rest'],
  folds: [],
  failedFolds: [{ subject: '07', code: 'NIFTI_TRUNCATED', message: 'short' }],
  data: {
    ...{ dataset: 'simulated', subjects: ['01', '07'], nRuns: 6, nVolumes: 600 },
    ...{ nLabelledVolumes: 500, nDroppedVolumes: 100, trSeconds: 2 },
  },
  provenance: {
    ...{ version: '1.2.3', seed: 5, engine: 'cpu', node: '20.1.0' },
    ...{ configSha256: 'c'.repeat(64), datasetSha256: 'd'.repeat(64) },
  },
}

it('gives data, failures, classifier, statistics, software and only the references that were used', () => {
  const text = describeMethods(source).join('\n')
  expect(text).toContain('2 subjects of the dataset "simulated" were analysed: 6 runs, 600 volumes')
  expect(text).toContain('Not scored, because their analysis failed: 07.')
  expect(text).toContain(`Classifier. ${pipeline.classify.model}`)
  expect(text).toContain(`All random numbers come from seed ${pipeline.seed}.`)
  expect(text).toContain('limbic 1.2.3 on Node.js 20.1.0; networks: cpu')
  expect(text).toContain('Haxby et al. (2011)')
  expect(text).not.toContain('shared response model, NIPS')
})

it('names the settings of every classifier and the reference of another alignment', () => {
  const text = describeMethods({
    ...source,
    pipeline: {
      ...pipeline,
      align: { ...pipeline.align, method: 'srm', components: 10 },
      classify: {
        ...pipeline.classify,
        ...{ model: 'cnn1d', options: { epochs: 3 }, baselines: ['lda'] },
        baselineOptions: { lda: { shrinkage: 0.5 } },
      },
    },
  }).join('\n')
  expect(text).toContain('cnn1d (epochs 3)')
  expect(text).toContain('lda (shrinkage 0.5)')
  expect(text).toContain('Chen et al. (2015)')
  expect(text).toContain('Tchibozo et al. (2022)')
})

it('names no classifier that scored nothing', () => {
  const text = describeMethods({
    ...source,
    folds: foldsWithScores({ lda: [0.5, 0.6], ridge: [0.5, 0.6] }),
    pipeline: {
      ...pipeline,
      classify: { ...pipeline.classify, model: 'lda', baselines: ['ridge', 'motion'] },
    },
  }).join('\n')
  expect(text).toContain('reported beside: ridge with default settings.')
  expect(text).not.toContain('motion')
})

it('claims no interval over subjects from one split of volumes', () => {
  const text = describeMethods({
    ...source,
    pipeline: {
      ...pipeline,
      ...{ protocol: 'paper', evaluate: { ...pipeline.evaluate, split: 'volumes' } },
    },
  }).join('\n')
  expect(text).toContain('no intervals and no tests over subjects')
  expect(text).not.toContain('Student t intervals')
})
