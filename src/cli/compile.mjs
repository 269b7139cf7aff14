// Turns the TypeScript and wasm sources of a clone into `dist`: incrementally, and one whole file at a time, so that a running process never reads half of one.
import * as fs from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import ts from 'typescript'
import { listSources } from './freshness.mjs'

/**
 * Compiles what has changed.
 *
 * @param {string} root - Folder of the clone.
 * @returns {string[]} One line per type error; the program is written all the same.
 */
export function compile(root) {
  const sources = listSources(root)
  const dist = join(root, 'dist')
  const expected = new Set(sources.flatMap(outputsOf))
  // The compiler's notes do not say that an output has been deleted since.
  if ([...expected].some((path) => !fs.existsSync(join(dist, path)))) {
    fs.rmSync(join(dist, '.tsbuildinfo'), { force: true })
  }
  const problems = emit(root)
  for (const path of sources.filter((path) => path.endsWith('.wasm'))) {
    writeWhole(join(dist, path), (part) => fs.copyFileSync(join(root, path), part))
  }
  removeOthers(dist, expected)
  return problems
}

function emit(root) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (d) => fail([d], root) }
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.build.json'), {}, host)
  if (config.errors.length > 0) fail(config.errors, root)
  const { options, fileNames: rootNames } = config
  const program = ts.createIncrementalProgram({ rootNames, options })
  const problems = [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSemanticDiagnostics(),
  ]
  const { diagnostics } = program.emit(undefined, (path, text) =>
    writeWhole(path, (part) => fs.writeFileSync(part, text)),
  )
  return describe([...problems, ...diagnostics], root)
}

function outputsOf(path) {
  if (path.endsWith('.wasm')) return [path]
  const stem = path.slice(0, -'.ts'.length)
  if (path.endsWith('.d.ts')) return []
  return [`${stem}.js`, `${stem}.js.map`, `${stem}.d.ts`]
}

function writeWhole(path, write) {
  fs.mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.part`
  write(part)
  fs.renameSync(part, path)
}

/** Removes outputs of sources that are gone; files at the top of `dist` are the build's own. */
function removeOthers(dist, expected) {
  for (const entry of fs.readdirSync(dist, { withFileTypes: true, recursive: true })) {
    const path = relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/')
    if (entry.isFile() && path.includes('/') && !expected.has(path)) fs.rmSync(join(dist, path))
  }
}

function fail(diagnostics, root) {
  throw new Error(describe(diagnostics, root).join('\n'))
}

function describe(diagnostics, root) {
  return ts.sortAndDeduplicateDiagnostics(diagnostics).map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n  ')
    if (diagnostic.file === undefined) return `TS${diagnostic.code}: ${text}`
    const at = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start)
    return `${relative(root, diagnostic.file.fileName)}:${at.line + 1}:${at.character + 1} TS${diagnostic.code}: ${text}`
  })
}
