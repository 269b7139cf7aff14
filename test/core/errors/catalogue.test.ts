/** Every template of the catalogue, filled with details of the types that it declares. */
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { errorCatalogue, type ErrorCode } from '../../../src/core/errors/catalogue.ts'
import { formatErrorText, type ErrorText } from '../../../src/core/errors/error-text.ts'
import { listModules, parseModule } from '../../contracts/_sources.ts'

interface Field {
  readonly name: string
  readonly isOptional: boolean
  readonly type: ts.TypeNode
}

/** What the fields of the details are filled with. */
interface Filling {
  readonly optional: boolean
  readonly length: number
  readonly number: number
  readonly flag: boolean
}

const templates = new Map(
  listModules(['src/core/errors']).flatMap((file) => readTemplates(parseModule(file))),
)
const fillings: readonly Filling[] = [
  { optional: true, length: 2, number: 2.5, flag: true },
  { optional: false, length: 1, number: 0, flag: false },
]

describe('the catalogue', () => {
  it('is made of the templates in the files beside it, each code in one of them', () => {
    const codes = listModules(['src/core/errors'])
      .flatMap((file) => readTemplates(parseModule(file)))
      .map(([code]) => code)
    expect(codes.sort()).toEqual(Object.keys(errorCatalogue).sort())
    expect(new Set(codes).size).toBe(codes.length)
    for (const code of codes) expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/)
  })

  const cases = [...templates].flatMap(([code, fields]) =>
    fillings.map((filling) => ({ code, fields, filling })),
  )
  it.each(cases)('$code is one paragraph with a remedy', ({ code, fields, filling }) => {
    const template = errorCatalogue[code as ErrorCode] as (details: unknown) => ErrorText
    const text = template(fill(fields, filling))
    // A problem may end by quoting another message after a colon.
    expect(text.problem).toMatch(/^["A-Za-z].*([.?!]|: a message)$/)
    expect(text.remedy).toMatch(/^["A-Za-z].*[.?!]$/)
    for (const phrase of [text.expected, text.found, text.where])
      if (phrase !== undefined) expect(phrase).toMatch(/^\S(.*[^\s.])?$/)
    const paragraph = formatErrorText(text)
    expect(paragraph).toContain(' Try: ')
    expect(paragraph).not.toMatch(/undefined|\[object|Infinity|[\r\n]| {2}|[^.]\.\.[^.]| [,.;:] /)
    expect(paragraph).toMatch(/[.?!]$/)
    if (!template.toString().includes('NaN')) expect(paragraph).not.toContain('NaN')
  })
})

/** Code and fields of every `CODE: (d: { ... }): ErrorText => ...` of a module. */
function readTemplates(module: ts.SourceFile): [code: string, fields: readonly Field[]][] {
  const found: [string, readonly Field[]][] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isArrowFunction(node.initializer)) {
      const type = node.initializer.parameters[0]?.type
      found.push([
        node.name.getText(module),
        type !== undefined && ts.isTypeLiteralNode(type) ? fieldsOf(type, module) : [],
      ])
      return
    }
    ts.forEachChild(node, visit)
  }
  visit(module)
  return found
}

function fieldsOf(type: ts.TypeLiteralNode, module: ts.SourceFile): Field[] {
  return type.members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(module),
    isOptional: member.questionToken !== undefined,
    type: member.type!,
  }))
}

function fill(fields: readonly Field[], filling: Filling): Record<string, unknown> {
  return Object.fromEntries(
    fields
      .filter(({ isOptional }) => filling.optional || !isOptional)
      .map(({ name, type }) => [name, valueOf(type, textOf(name), filling)]),
  )
}

function valueOf(type: ts.TypeNode, text: string, filling: Filling): unknown {
  if (ts.isTypeOperatorNode(type)) return valueOf(type.type, text, filling)
  if (ts.isUnionTypeNode(type)) return valueOf(type.types[0]!, text, filling)
  if (ts.isTupleTypeNode(type))
    return type.elements.map((element) => valueOf(element, text, filling))
  if (ts.isArrayTypeNode(type))
    return Array.from({ length: filling.length }, () => valueOf(type.elementType, text, filling))
  if (type.kind === ts.SyntaxKind.StringKeyword) return text
  if (type.kind === ts.SyntaxKind.NumberKeyword) return filling.number
  if (type.kind === ts.SyntaxKind.BooleanKeyword) return filling.flag
  throw new Error(`a detail of a type that this test does not know: ${ts.SyntaxKind[type.kind]}`)
}

/** Findings and remedies that are handed in are whole sentences; everything else is a phrase. */
function textOf(name: string): string {
  return ['findings', 'first', 'remedy'].includes(name) ? 'A sentence.' : `a ${name}`
}
