import { describe, expect, it } from 'vitest'
import { LimbicError } from '../../src/core/errors/index.ts'
import { listPipelines, loadPipeline, parsePipeline } from '../../src/pipeline/load.ts'

const minimal = `
name: tiny
steps:
  - stage: data
  - stage: label
    classes: { a: [x], b: [y] }
`

describe('parsePipeline', () => {
  it('fills in every step and every default', () => {
    const pipeline = parsePipeline(minimal, 'tiny.yaml')
    expect(pipeline.select).toEqual({ stage: 'select', mode: 'shared', k: 200 })
    expect(pipeline.data.calibration).toEqual({ kind: 'task', task: 'calibration' })
    expect(pipeline.align.method).toBe('none')
    expect(pipeline.seed).toBe(0)
  })

  it.each([
    ['seeed: 1', 'seed', 'seeed'],
    ['sed: 1', 'seed', 'sed'],
    ['protokol: strict', 'protocol', 'protokol'],
  ])('names the nearest valid key for a misspelt one: %s', (line, nearest, key) => {
    const error = errorOf(() => parsePipeline(`${minimal}\n${line}\n`, 'tiny.yaml'))
    expect(error.code).toBe('PIPELINE_KEY_UNKNOWN')
    expect(error.details).toMatchObject({ key, nearest, file: 'tiny.yaml' })
  })

  it('names the nearest valid key inside a step, and inside a choice', () => {
    const inStep = errorOf(() =>
      parsePipeline(`${minimal}  - stage: select\n    kk: 5\n`, 'tiny.yaml'),
    )
    expect(inStep.details).toMatchObject({ key: 'select.kk', nearest: 'k' })
    const inChoice = errorOf(() =>
      parsePipeline(
        minimal.replace('stage: data', 'stage: data\n    calibration: { kind: first, rusn: 1 }'),
        'tiny.yaml',
      ),
    )
    expect(inChoice.details).toMatchObject({ key: 'data.calibration.rusn', nearest: 'runs' })
  })

  it('says what a value should have been', () => {
    const error = errorOf(() => parsePipeline(minimal, 'tiny.yaml', ['select.k=many']))
    expect(error.message).toMatchInlineSnapshot(
      `"tiny.yaml: The value of "select.k" in the pipeline cannot be used. Expected number, received string; found "many". Try: Correct the value; data-schemas/pipeline.schema.json says what each key may hold."`,
    )
  })

  it('refuses an unknown stage', () => {
    const error = errorOf(() => parsePipeline(`${minimal}  - stage: selct\n`, 'tiny.yaml'))
    expect(error.code).toBe('PIPELINE_VALUE_INVALID')
    expect(error.message).toContain('select')
  })

  it('refuses steps out of order', () => {
    const text =
      'name: x\nsteps:\n  - stage: label\n    classes: { a: [x], b: [y] }\n  - stage: data\n'
    expect(errorOf(() => parsePipeline(text, 'x.yaml')).code).toBe('PIPELINE_STEP_ORDER')
  })

  it('gives the line of a YAML mistake', () => {
    const error = errorOf(() => parsePipeline('name: x\nsteps: [\n', 'x.yaml'))
    expect(error.code).toBe('PIPELINE_INVALID_YAML')
  })
})

describe('loadPipeline', () => {
  it.each(listPipelines())('ships a valid pipeline: %s', async (name) => {
    const pipeline = await loadPipeline(name)
    expect(Object.keys(pipeline.label.classes).length).toBeGreaterThan(1)
  })

  it('suggests the nearest name', async () => {
    await expect(loadPipeline('cnn1d-losoo')).rejects.toMatchObject({
      code: 'PIPELINE_NOT_FOUND',
      details: { nearest: 'cnn1d-loso' },
    })
  })
})

function errorOf(run: () => unknown): LimbicError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(LimbicError)
    return error as LimbicError
  }
  throw new Error('nothing was thrown')
}
