/** The name of a page's file -> its bytes. Names are looked up in a table and never become paths, so no name leads anywhere else. */
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { packageDir } from '../../pipeline/package-dir.ts'

export interface Asset {
  readonly body: Buffer
  readonly contentType: string
}

/** Looks a file up; undefined for a name that is not in the table. */
export type FindAsset = (name: string) => Promise<Asset | undefined>

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Lists the files of the pages and of the packages that they use.
 *
 * @returns Looks a file up and remembers its bytes.
 * @throws Never.
 */
export function createAssets(): FindAsset {
  const files = listFiles()
  const read = new Map<string, Asset>()
  return async (name) => {
    const known = read.get(name)
    if (known !== undefined) return known
    const file = files.get(name)
    if (file === undefined) return undefined
    const contentType = contentTypes[extname(name)] ?? 'application/octet-stream'
    const asset = { body: await readFile(file), contentType }
    read.set(name, asset)
    return asset
  }
}

function listFiles(): ReadonlyMap<string, string> {
  const pages = join(packageDir, 'src', 'serve', 'pages')
  return new Map([
    ...readdirSync(pages)
      .filter((name) => contentTypes[extname(name)] !== undefined)
      .map((name) => [name, join(pages, name)] as const),
    ['uplot.js', findInPackages('uplot/dist/uPlot.esm.js')],
    ['uplot.css', findInPackages('uplot/dist/uPlot.min.css')],
    ['niivue.js', findInPackages('@niivue/niivue/dist/index.js')],
  ])
}

/** Where Node would look for it; packages that do not export such a file have it all the same. */
function findInPackages(path: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(path) ?? []
  return folders.map((folder) => join(folder, path)).find((file) => existsSync(file)) ?? path
}
