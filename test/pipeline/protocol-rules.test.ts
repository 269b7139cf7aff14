import { describe, expect, it } from 'vitest'
import { loadPipeline } from '../../src/pipeline/load.ts'
import { assertProtocol } from '../../src/pipeline/protocol-rules.ts'

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
