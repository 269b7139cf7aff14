import { posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { listModules, parseModule } from './_sources.ts'

/** A layer may import itself and those before it. */
const layers = [
  'core',
  'math',
  'io',
  'preprocess',
  'simulate',
  'select',
  'align',
  'engine',
  'models',
  'train',
  'evaluate',
  'pipeline',
  'executors',
  'realtime',
  'serve',
  'cli',
]

interface Edge {
  readonly from: string
  readonly to: string
  readonly isType: boolean
}

describe('layers', () => {
  const edges = listModules(['src', 'models', 'bench']).flatMap(listEdges)

  it('reads the imports at all', () => {
    expect(edges.length).toBeGreaterThan(100)
    expect(edges).toContainEqual({
      from: 'src/core/errors/limbic-error.ts',
      to: 'src/core/errors/catalogue.ts',
      isType: false,
    })
  })

  it('finds the edge that goes the wrong way', () => {
    const at = (from: string, to: string, isType = false): boolean =>
      isAllowed({ from, to, isType })
    expect(at('src/math/a.ts', 'src/core/b.ts')).toBe(true)
    expect(at('src/core/a.ts', 'src/math/b.ts')).toBe(false)
    expect(at('models/a.ts', 'src/engine/tf.ts', true)).toBe(true)
    expect(at('models/a.ts', 'src/math/b.ts')).toBe(false)
    expect(at('src/index.ts', 'src/pipeline/run.ts')).toBe(true)
    expect(at('src/index.ts', 'src/cli/main.ts')).toBe(false)
    expect(at('src/cli/a.ts', 'bench/index.ts')).toBe(true)
    expect(at('src/pipeline/a.ts', 'bench/index.ts')).toBe(false)
    expect(at('src/core/a.ts', 'test/b.ts')).toBe(false)
  })

  it('every import goes from a later layer to an earlier one', () => {
    const wrong = edges.filter((edge) => !isAllowed(edge)).map(({ from, to }) => `${from} -> ${to}`)
    expect(wrong).toEqual([])
  })

  it('every file lies in a layer', () => {
    const strays = listModules(['src']).filter(
      (path) => path !== 'src/index.ts' && !layers.includes(layerOf(path)),
    )
    expect(strays).toEqual([])
  })
})

function isAllowed({ from, to, isType }: Edge): boolean {
  const [source, target] = [layerOf(from), layerOf(to)]
  if (source === 'bench') return target !== 'test'
  if (source === 'index') return target !== 'cli' && layers.includes(target)
  if (target === 'bench') return source === 'cli'
  if (source === 'models') return ['models', 'core'].includes(target) || isModelEngine(to, isType)
  return layers.includes(target) && layers.indexOf(target) <= layers.indexOf(source)
}

/** Architectures speak of the engine's types, and build layers through its one door to TensorFlow.js. */
function isModelEngine(to: string, isType: boolean): boolean {
  return to === 'src/engine/tf.ts' || (isType && to.startsWith('src/engine/'))
}

function layerOf(path: string): string {
  if (path === 'src/index.ts') return 'index'
  const [top = '', next = ''] = path.split('/')
  return top === 'src' ? next : top
}

function listEdges(from: string): Edge[] {
  const edges: Edge[] = []
  const add = (specifier: ts.Node | undefined, isType: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return
    if (!specifier.text.startsWith('.')) return
    edges.push({ from, to: posix.join(posix.dirname(from), specifier.text), isType })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node))
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true)
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(parseModule(from))
  return edges
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const bindings = importClause.namedBindings
  return (
    importClause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every((element) => element.isTypeOnly)
  )
}
