import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { listModules, parseModule, readText, root } from './_sources.ts'

const thisFile = 'test/contracts/text.test.ts'
const modules = listModules(['src', 'models', 'bench'])

describe('what no file may hold', () => {
  const rules: readonly (readonly [what: string, pattern: RegExp, files: readonly string[]])[] = [
    [
      'an absolute path of somebody’s machine',
      /(^|[^\w.~/<-])\/(work|root|home|farm)\//,
      tracked(),
    ],
    [
      'the host of a package registry',
      /registry\.(npmjs|yarnpkg)|deb\.debian\.org|pypi\.org/,
      tracked(),
    ],
    ['work left to do', /\b(TODO|FIXME|XXX)\b/, tracked()],
    ['a test that is skipped or alone', /\b(it|test|describe)\.(only|skip|todo)\b/, tracked()],
    [
      'a console outside the command line',
      /\bconsole\./,
      modules.filter((f) => !/^(src\/cli|bench)\//.test(f)),
    ],
  ]

  it.each(rules)('%s', (_, pattern, files) => {
    const hits = files
      .filter((file) => ![thisFile, 'package-lock.json', 'test/golden/_golden.ts'].includes(file))
      .flatMap((file) =>
        readText(file)
          .split('\n')
          .map((line, i) => ({ line, at: `${file}:${i + 1}` }))
          .filter(({ line }) => pattern.test(line))
          .map(({ at, line }) => `${at} ${line.trim().slice(0, 80)}`),
      )
    expect(hits).toEqual([])
  })
})

describe('modules', () => {
  it('export by name', () => {
    const withDefault = modules.filter((file) =>
      parseModule(file).statements.some(
        (statement) =>
          ts.isExportAssignment(statement) ||
          (ts.canHaveModifiers(statement) &&
            ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)),
      ),
    )
    expect(withDefault).toEqual([])
  })

  it('are at most 300 lines long', () => {
    const long = modules
      .map((file) => ({ file, nLines: readText(file).split('\n').length - 1 }))
      .filter(({ nLines }) => nLines > 300)
    expect(long).toEqual([])
  })

  it('have a name that says what is in them', () => {
    const vague = modules.filter(
      (file) =>
        /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(file) ||
        !/\/[_a-z0-9][a-z0-9.-]*\.ts$/.test(file),
    )
    expect(vague).toEqual([])
  })

  it('have tests that mirror their paths', () => {
    const tests = listModules(['test']).filter((file) => file.endsWith('.test.ts'))
    const known = new Set(modules.map((file) => file.replace(/^src\//, '').replace(/\.ts$/, '')))
    const strays = tests
      .map((file) => file.replace(/^test\//, '').replace(/\.test\.ts$/, ''))
      .filter((name) => !/^(contracts|golden|e2e)\//.test(name))
      .filter((name) => !known.has(name) && !known.has(`${name}/index`))
      .filter((name) => name !== 'cli/launch') // plain JavaScript
    expect(strays).toEqual([])
  })
})

/** Text files under version control. */
function tracked(): string[] {
  const names = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  return names
    .split('\0')
    .filter((name) => name !== '' && !/\.(wasm|png|gz|nii|npy|zip|onnx)$/.test(name))
    .filter((name) => readFileSync(join(root, name)).length < 1e6)
}
