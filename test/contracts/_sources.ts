/** The project's own sources, for tests that read them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Files below some folders, relative to the root, with `/`, sorted. */
export function listFiles(folders: readonly string[], ending: RegExp): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
        `${folder}/${path}`.replaceAll('\\', '/'),
      ),
    )
    .filter((path) => ending.test(path))
    .sort()
}

/** TypeScript modules, without kernels in AssemblyScript. */
export function listModules(folders: readonly string[]): string[] {
  return listFiles(folders, /\.ts$/).filter((path) => !path.endsWith('.as.ts'))
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

export function parseModule(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readText(path), ts.ScriptTarget.ES2023, true)
}
