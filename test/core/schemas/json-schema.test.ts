import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toJsonSchema } from '../../../src/core/schemas/json-schema.ts'

describe('toJsonSchema', () => {
  const source = z.strictObject({
    name: z.string(),
    seed: z.int().default(0),
    tag: z.enum(['a', 'b']),
  })

  it('describes the document as people write it: what has a default may be left out', () => {
    expect(toJsonSchema('example', source)).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'limbic example',
      type: 'object',
      properties: {
        name: { type: 'string' },
        seed: {
          type: 'integer',
          minimum: Number.MIN_SAFE_INTEGER,
          maximum: Number.MAX_SAFE_INTEGER,
          default: 0,
        },
        tag: { type: 'string', enum: ['a', 'b'] },
      },
      required: ['name', 'tag'],
      additionalProperties: false,
    })
  })

  it('begins with the dialect and the title', () => {
    expect(Object.keys(toJsonSchema('example', source)).slice(0, 2)).toEqual(['$schema', 'title'])
  })

  it('takes anything where JSON Schema has no word for a type', () => {
    expect(toJsonSchema('date', z.object({ at: z.date() })).properties).toEqual({ at: {} })
  })
})
