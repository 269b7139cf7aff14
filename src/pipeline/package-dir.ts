/** Where the package lies, whether run from sources or from `dist`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds package.json, pipelines/ and data-schemas/. */
export const packageDir = findUp(fileURLToPath(new URL('.', import.meta.url)))

function findUp(dir: string): string {
  return existsSync(join(dir, 'package.json')) ? dir : findUp(join(dir, '..'))
}
