import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { schemas } from '../../src/core/schemas/index.ts'
import { toJsonSchema } from '../../src/core/schemas/json-schema.ts'
import { sampleReport } from '../evaluate/report/_sample-report.ts'
import { listFiles, readText } from './_sources.ts'

const names = Object.keys(schemas)

describe('data-schemas', () => {
  it('holds one file per document and no other', () => {
    expect(listFiles(['data-schemas'], /\.json$/)).toEqual(
      names.map((name) => `data-schemas/${name}.schema.json`).sort(),
    )
  })

  it.each(names)('%s is what its source generates', (name) => {
    const committed: unknown = JSON.parse(readText(`data-schemas/${name}.schema.json`))
    expect(committed, 'run `npm run schemas` and commit the result').toEqual(
      JSON.parse(JSON.stringify(toJsonSchema(name, schemas[name]!))),
    )
  })
})

describe('a validator that knows only the JSON Schema', () => {
  it.each(listFiles(['pipelines'], /\.yaml$/))('takes %s, as limbic does', (file) => {
    const document: unknown = parse(readText(file))
    expect(verdicts('pipeline', document)).toEqual({ limbic: true, other: true })
  })

  it('takes a report, as limbic does', () => {
    for (const report of [sampleReport(), sampleReport({}, 1)]) {
      expect(verdicts('report', report)).toEqual({ limbic: true, other: true })
    }
  })

  it.each(listBroken(sampleReport() as unknown as Record<string, unknown>))(
    'refuses a report $what, as limbic does',
    ({ document }) => {
      expect(verdicts('report', document)).toEqual({ limbic: false, other: false })
    },
  )

  it.each(names)('refuses what is no %s at all, as limbic does', (name) => {
    for (const document of [null, 1, 'text', [], {}, { format: 'other' }]) {
      expect(verdicts(name, document)).toEqual({ limbic: false, other: false })
    }
  })
})

function verdicts(name: string, document: unknown): { limbic: boolean; other: boolean } {
  const { success } = schemas[name]!.safeParse(document)
  return { limbic: success, other: validatorOf(name)(document) }
}

/** The same document without each of its keys, with each turned into another type, and with one key too many. */
function listBroken(document: Record<string, unknown>): { what: string; document: unknown }[] {
  const keys = Object.keys(document)
  return [
    { what: 'with an unknown key', document: { ...document, unknown: 1 } },
    ...keys.map((key) => ({
      what: `without ${key}`,
      document: Object.fromEntries(Object.entries(document).filter(([k]) => k !== key)),
    })),
    ...keys.map((key) => ({
      what: `with another type of ${key}`,
      document: { ...document, [key]: typeof document[key] === 'boolean' ? 1 : true },
    })),
  ]
}

const compiled = new Map<string, ValidateFunction>()

function validatorOf(name: string): ValidateFunction {
  const known = compiled.get(name)
  if (known !== undefined) return known
  const schema = JSON.parse(readText(`data-schemas/${name}.schema.json`)) as object
  const validate = new Ajv2020({ allErrors: false }).compile(schema)
  compiled.set(name, validate)
  return validate
}
