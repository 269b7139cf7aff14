import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { alignStepSchema } from '../../../src/core/schemas/pipeline.ts'
import { toJsonSchema } from '../../../src/core/schemas/json-schema.ts'

describe('alignStepSchema', () => {
  it('fills in every default', () => {
    expect(alignStepSchema.parse({ stage: 'align' })).toEqual({
      stage: 'align',
      method: 'hyperalignment',
      match: 'time',
      level2Iterations: 1,
      newSubject: { kind: 'procrustes' },
    })
    expect(
      alignStepSchema.parse({ stage: 'align', newSubject: { kind: 'ridge' } }).newSubject,
    ).toEqual({ kind: 'ridge', lambda: 0.3 })
  })

  const validate = new Ajv2020().compile(toJsonSchema('align', alignStepSchema))

  it.each([
    [{}, true],
    [{ method: 'none' }, true],
    [{ method: 'srm', components: 20 }, true],
    [{ method: 'det-srm', components: 20 }, true],
    [{ method: 'srm' }, false],
    [{ method: 'det-srm' }, false],
    [{ method: 'SRM', components: 20 }, false],
    [{ newSubject: { kind: 'ridge', lambda: 1 } }, true],
    [{ newSubject: { kind: 'ridge', lambda: 0 } }, false],
    [{ newSubject: { kind: 'procrustes', lambda: 1 } }, false],
    [{ newSubject: 'ridge' }, false],
  ])('judges %j as its JSON Schema does', (settings, valid) => {
    const step = { stage: 'align', ...settings }
    expect([alignStepSchema.safeParse(step).success, validate(step)]).toEqual([valid, valid])
  })

  it('says what a shared response lacks', () => {
    const { error } = alignStepSchema.safeParse({ stage: 'align', method: 'srm' })
    expect(error!.issues.map(({ path, message }) => [path, message])).toEqual([
      [['components'], 'a whole number with method srm or det-srm, such as 20'],
    ])
  })
})
