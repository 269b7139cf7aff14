import { describe, expect, it } from 'vitest'
import { loadPipeline } from '../../src/pipeline/load.ts'
import { assertCandidates, assertProtocol } from '../../src/pipeline/protocol-rules.ts'

describe('assertProtocol', () => {
  it.each([
    ['clean.wholeRun', 'zscore'],
    ['align.match', 'class-order'],
    ['evaluate.split', 'volumes'],
    ['evaluate.split', 'grouped'],
    ['evaluate.oversample', 'true'],
  ])('refuses %s=%s under the strict protocol, saying why', async (key, value) => {
    await expect(loadPipeline('linear-loso', [`${key}=${value}`])).rejects.toMatchObject({
      code: 'PIPELINE_VALUE_INVALID',
      details: { key, expected: expect.stringContaining('it would leak') as unknown },
    })
  })

  it.each([
    ['paper-a', 'evaluate.split', 'k-fold'],
    ['paper-a', 'evaluate.unit', 'block'],
    ['paper-a', 'clean.baseline', 'running'],
    ['paper-a', 'clean.detrend', '1'],
    ['paper-a', 'classify.innerSubjects', '2'],
    ['paper-b', 'align.method', 'hyperalignment'],
    ['paper-b', 'evaluate.oversample', 'true'],
    ['paper-b', 'select.mode', 'per-subject'],
  ])('refuses in %s what the paper does not do: %s=%s', async (name, key, value) => {
    await expect(loadPipeline(name, [`${key}=${value}`])).rejects.toMatchObject({
      code: 'PIPELINE_VALUE_INVALID',
      details: { key },
    })
  })

  it.each(['linear-loso', 'paper-a', 'paper-b'])('accepts %s', async (name) => {
    const pipeline = await loadPipeline(name)
    expect(() => {
      assertProtocol(pipeline, name)
    }).not.toThrow()
  })
})

describe('assertCandidates', () => {
  const grid = (key: string, values: string): string => `choose={ grid: { ${key}: ${values} } }`

  it('accepts a grid of settings that fit', async () => {
    const pipeline = await loadPipeline('linear-loso', [grid('select.k', '[100, 200]')])
    expect(pipeline.choose).toMatchObject({ innerSubjects: 'all', by: 'balancedAccuracy' })
    expect(() => {
      assertCandidates(pipeline, 'x')
    }).not.toThrow()
  })

  it.each([
    ['select.kk', '[1]'],
    ['select.k', '[a lot]'],
    ['clean.wholeRun', '[none, zscore]'],
    ['evaluate.split', '[volumes]'],
  ])('refuses %s: %s before anything is read', async (key, values) => {
    await expect(loadPipeline('linear-loso', [grid(key, values)])).rejects.toMatchObject({
      code: 'PIPELINE_VALUE_INVALID',
    })
  })

  it('has no place in the paper protocol', async () => {
    await expect(loadPipeline('paper-a', [grid('select.k', '[100]')])).rejects.toMatchObject({
      details: { key: 'choose' },
    })
  })
})
