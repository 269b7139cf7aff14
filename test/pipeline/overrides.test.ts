import { describe, expect, it } from 'vitest'
import { isLimbicError } from '../../src/core/errors/index.ts'
import { applyOverrides } from '../../src/pipeline/overrides.ts'

const document = { seed: 0, steps: [{ stage: 'data' }, { stage: 'select', k: 200 }] }

describe('applyOverrides', () => {
  it('sets a top-level key without touching the document', () => {
    expect(applyOverrides(document, ['seed=7'])).toEqual({ ...document, seed: 7 })
    expect(document.seed).toBe(0)
  })

  it('sets a key of a step, reading the value as YAML', () => {
    expect(applyOverrides(document, ['select.k=300', 'data.exclude=[01, "02"]'])).toEqual({
      seed: 0,
      steps: [
        { stage: 'data', exclude: ['01', '02'] },
        { stage: 'select', k: 300 },
      ],
    })
  })

  it('adds a step that the document lacks where it belongs', () => {
    expect(applyOverrides(document, ['clean.mask=all'])).toEqual({
      seed: 0,
      steps: [{ stage: 'data' }, { stage: 'clean', mask: 'all' }, { stage: 'select', k: 200 }],
    })
  })

  it('reaches into nested keys', () => {
    expect(applyOverrides(document, ['classify.options.preset=paper'])).toEqual({
      seed: 0,
      steps: [...document.steps, { stage: 'classify', options: { preset: 'paper' } }],
    })
  })

  it('refuses a setting without a value', () => {
    expect(() => applyOverrides(document, ['select.k'])).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    )
    try {
      applyOverrides(document, ['select.k'])
    } catch (error) {
      expect(isLimbicError(error, 'OPTION_INVALID')).toBe(true)
    }
  })
})

describe('applyOverrides in the grid of choices', () => {
  it('takes what follows as one name', () => {
    const grid = applyOverrides({ steps: [] }, ['choose.grid.align.newSubject=[a]', 'choose.by=b'])
    expect(grid).toEqual({ steps: [], choose: { grid: { 'align.newSubject': ['a'] }, by: 'b' } })
  })
})
