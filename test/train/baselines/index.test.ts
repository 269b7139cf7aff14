import { describe, expect, it } from 'vitest'
import { baselineClassifiers } from '../../../src/train/baselines/index.ts'
import { listClassifiers } from '../../../src/train/classifiers.ts'

describe('baselineClassifiers', () => {
  it('is under the names that pipelines write, beside the decoders', () => {
    expect(Object.keys(baselineClassifiers)).toEqual([
      'majority',
      'stratified',
      'time-index',
      'motion',
      'nearest-neighbour',
      'random-forest',
    ])
    expect(listClassifiers()).toEqual(expect.arrayContaining(Object.keys(baselineClassifiers)))
  })
})
