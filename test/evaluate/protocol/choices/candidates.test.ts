import { describe, expect, it } from 'vitest'
import { listCandidates } from '../../../../src/evaluate/protocol/choices/candidates.ts'
import type { ChooseSettings } from '../../../../src/core/schemas/pipeline.ts'
import { makePipeline } from '../_study.ts'

function candidates(grid: ChooseSettings['grid']) {
  const choose = { grid, innerSubjects: 'all', by: 'accuracy' } as const
  return listCandidates({ ...makePipeline(), choose })
}

describe('listCandidates', () => {
  it('tries every combination, the last setting changing fastest', () => {
    const found = candidates({ 'select.k': [5, 10], 'classify.options.shrinkage': [0.1, 0.9] })
    expect(found.map(({ settings }) => Object.values(settings))).toEqual([
      [5, 0.1],
      [5, 0.9],
      [10, 0.1],
      [10, 0.9],
    ])
    expect(found[1]!.pipeline.select.k).toBe(5)
    expect(found[1]!.pipeline.classify.options).toEqual({ shrinkage: 0.9 })
    expect(found[1]!.pipeline.choose).toBeUndefined()
  })

  it('is the pipeline itself without a grid', () => {
    const [only, ...others] = listCandidates(makePipeline())
    expect(only).toEqual({ settings: {}, pipeline: makePipeline() })
    expect(others).toEqual([])
  })

  it('sets several keys of the alignment at once, and leaves out what is null', () => {
    const [reduced, whole] = candidates({
      align: [
        { method: 'srm', components: 2 },
        { method: 'hyperalignment', components: null },
      ],
    })
    expect(reduced!.pipeline.align).toMatchObject({ method: 'srm', components: 2 })
    expect(whole!.pipeline.align.components).toBeUndefined()
    expect(candidates({ 'align.components': [null] })[0]!.pipeline.align).not.toHaveProperty(
      'components',
    )
  })

  it.each([
    ['evaluate.split', ['k-fold']],
    ['data.exclude', [['01']]],
    ['classify.model', ['lda']],
    ['select', [{ k: 3 }]],
    ['align.stage', ['align']],
    ['seed', [1, 2]],
    ['select.k', ['many']],
    ['select.kk', [3]],
    ['align.components', [0]],
  ])('refuses %s = %j', (key, values) => {
    expect(() => candidates({ [key]: values })).toThrow(
      expect.objectContaining({ code: 'PIPELINE_VALUE_INVALID' }) as Error,
    )
  })
})
