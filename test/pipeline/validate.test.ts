import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { LimbicError } from '../../src/core/errors/index.ts'
import { pipelineSchema } from '../../src/core/schemas/pipeline.ts'
import { assertValid } from '../../src/pipeline/validate.ts'

const schema = z.strictObject({
  name: z.string(),
  size: z.number().default(3),
  inner: z.strictObject({ alpha: z.number() }).optional(),
  rules: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('first'), runs: z.int() }),
        z.strictObject({ kind: z.literal('task'), task: z.string() }),
      ]),
    )
    .default([]),
})

describe('assertValid', () => {
  it('gives the document back with its defaults', () => {
    expect(assertValid(schema, { name: 'x' }, 'x.yaml')).toEqual({ name: 'x', size: 3, rules: [] })
  })

  it('names an unknown key, and the nearest of the valid ones whatever its case', () => {
    expect(detailsOf({ name: 'x', SIZE: 4 })).toEqual({
      file: 'x.yaml',
      key: 'SIZE',
      nearest: 'size',
      valid: ['name', 'size', 'inner', 'rules'],
    })
  })

  it('names no nearest key where none is near', () => {
    expect(detailsOf({ name: 'x', wavelength: 4 }).nearest).toBeUndefined()
  })

  it('speaks of the spelling rather than of the key that is missing because of it', () => {
    expect(detailsOf({ nmae: 'x' })).toMatchObject({ key: 'nmae', nearest: 'name' })
  })

  it('looks for the nearest key inside an object, and inside the branch that is meant', () => {
    expect(detailsOf({ name: 'x', inner: { alpha: 1, alhpa: 2 } })).toMatchObject({
      key: 'inner.alhpa',
      nearest: 'alpha',
      valid: ['alpha'],
    })
    expect(detailsOf({ name: 'x', rules: [{ kind: 'task', task: 'a', tsak: 'b' }] })).toMatchObject(
      {
        key: 'rules.0.tsak',
        nearest: 'task',
        valid: ['kind', 'task'],
      },
    )
  })

  it('says what a value should have been, and what was there', () => {
    expect(detailsOf({ name: 7 })).toMatchObject({ key: 'name', found: '7' })
    expect(detailsOf({})).toMatchObject({ key: 'name', found: 'nothing' })
    expect(detailsOf({ name: 'x', inner: { alpha: null } })).toMatchObject({
      key: 'inner.alpha',
      found: 'null',
    })
  })

  it.each([null, undefined, 7, 'text', []])('refuses %j as a document', (document) => {
    expect(errorOf(document).code).toBe('PIPELINE_VALUE_INVALID')
  })

  it('calls a step by its stage, and by its number where the stage is unknown', () => {
    const steps = [{ stage: 'data' }, { stage: 'select', k: 0 }]
    expect(errorOf({ name: 'x', steps }, pipelineSchema).details).toMatchObject({ key: 'select.k' })
    expect(
      errorOf({ name: 'x', steps: [{ stage: 'dataa' }] }, pipelineSchema).details,
    ).toMatchObject({ key: 'steps.0.stage' })
  })
})

function detailsOf(document: unknown): Record<string, unknown> {
  return { ...errorOf(document).details }
}

function errorOf(document: unknown, against: z.ZodType = schema): LimbicError {
  try {
    assertValid(against, document, 'x.yaml')
  } catch (error) {
    expect(error).toBeInstanceOf(LimbicError)
    return error as LimbicError
  }
  throw new Error('nothing was thrown')
}
