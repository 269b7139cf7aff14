import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { listModules, parseModule, root } from './_sources.ts'

interface Documented {
  readonly name: string
  readonly parameters: readonly string[]
  readonly returnsNothing: boolean
  readonly comment: string
  readonly tags: readonly { readonly tag: string; readonly text: string }[]
}

interface Example {
  readonly name: string
  readonly expression: string
  readonly literal: string
}

const files = listModules(['src', 'models'])
const documented = files.map((file) => ({ file, functions: listFunctions(parseModule(file)) }))

describe('documentation', () => {
  it('finds the functions at all', () => {
    const all = documented.flatMap(({ functions }) => functions)
    expect(all.length).toBeGreaterThan(100)
  })

  it.each(documented)(
    '$file: every exported function says what it takes, gives and throws',
    ({ functions }) => {
      expect(functions.flatMap(listGaps)).toEqual([])
    },
  )

  it.each(files)('%s opens with a sentence about itself', (file) => {
    const text = parseModule(file).text.replace(/^#!.*\n/, '')
    expect(text.slice(0, 200)).toMatch(/^\/\*\*\s+\S/)
  })
})

describe('examples', () => {
  const examples = documented.flatMap(({ file, functions }) =>
    functions.flatMap(({ name, tags }) =>
      tags
        .filter(({ tag }) => tag === 'example')
        .map(({ text }) => ({ file, name, text: text.trim() })),
    ),
  )

  it('finds examples at all', () => {
    expect(examples.length).toBeGreaterThan(5)
  })

  it.each(examples)('$file $name', async ({ file, text }) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const exports = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>
    for (const { name, expression, literal } of lines.map(parseExample)) {
      expect(evaluate(expression, exports), `${name} of ${expression}`).toEqual(
        evaluate(literal, {}),
      )
    }
  })
})

function listGaps({ name, parameters, returnsNothing, comment, tags }: Documented): string[] {
  const texts = (wanted: string): string[] =>
    tags.filter(({ tag }) => tag === wanted).map(({ text }) => text)
  const params = texts('param').map((text) => text.split(/\s/)[0])
  const gaps = [
    comment.trim() === '' && 'says nothing about itself',
    ...parameters
      .filter((parameter, i) =>
        // A destructured parameter may be named as the caller would.
        parameter === '' ? params[i] === undefined : !params.includes(parameter),
      )
      .map((parameter) => `@param ${parameter} is missing`),
    params.length > parameters.length && '@param for a parameter that is not there',
    !returnsNothing && texts('returns').length === 0 && '@returns is missing',
    texts('throws').length === 0 && '@throws is missing',
  ]
  return gaps.filter((gap) => gap !== false).map((gap) => `${name}: ${gap}`)
}

/** Exported functions and arrow functions; of overloads, those that are seen from outside and documented. */
function listFunctions(source: ts.SourceFile): Documented[] {
  return source.statements.filter(isExported).flatMap((statement) => {
    if (ts.isFunctionDeclaration(statement)) {
      const hasOverloads = source.statements.some(
        (other) =>
          ts.isFunctionDeclaration(other) &&
          other.name?.text === statement.name?.text &&
          other.body === undefined,
      )
      const isHidden = hasOverloads && statement.body !== undefined
      const isUndocumentedOverload =
        statement.body === undefined && ts.getJSDocCommentsAndTags(statement).length === 0
      return isHidden || isUndocumentedOverload
        ? []
        : [document(statement.name?.text ?? '', statement, statement)]
    }
    if (!ts.isVariableStatement(statement)) return []
    return statement.declarationList.declarations.flatMap((declaration) =>
      declaration.initializer !== undefined &&
      ts.isArrowFunction(declaration.initializer) &&
      // An option of the command line or a one-line constant function explains itself by its type and comment.
      ts.isBlock(declaration.initializer.body)
        ? [document(declaration.name.getText(), declaration.initializer, statement)]
        : [],
    )
  })
}

function document(
  name: string,
  signature: ts.SignatureDeclaration,
  commented: ts.Node,
): Documented {
  const docs = ts.getJSDocCommentsAndTags(commented).filter(ts.isJSDoc)
  const doc = docs.at(-1)
  return {
    name,
    parameters: signature.parameters.map(({ name }) => (ts.isIdentifier(name) ? name.text : '')),
    returnsNothing: /^(void|Promise<void>|never)$/.test(signature.type?.getText() ?? ''),
    comment: ts.getTextOfJSDocComment(doc?.comment) ?? '',
    tags: (doc?.tags ?? []).map((tag) => ({ tag: tag.tagName.text, text: textOfTag(tag) })),
  }
}

function textOfTag(tag: ts.JSDocTag): string {
  const text = ts.getTextOfJSDocComment(tag.comment) ?? ''
  return ts.isJSDocParameterTag(tag) ? `${tag.name.getText()} ${text}` : text
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  )
}

/** `const name = expression // name = literal` */
function parseExample(line: string): Example {
  const match = /^const (\w+) = (.+) \/\/ (\w+) = (.+)$/.exec(line.trim())
  if (match === null || match[1] !== match[3]) {
    throw new Error(`not of the form \`const x = expression // x = literal\`: ${line}`)
  }
  return { name: match[1]!, expression: match[2]!, literal: match[4]! }
}

/** Sees the module's exports and nothing else of the project. */
function evaluate(expression: string, exports: Record<string, unknown>): unknown {
  const names = Object.keys(exports)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function(...names, `'use strict'; return (${expression})`) as (
    ...values: unknown[]
  ) => unknown
  const value = run(...names.map((name) => exports[name]))
  return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value
}
