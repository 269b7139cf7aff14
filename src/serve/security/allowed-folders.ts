/** A path and a list of folders -> whether the path lies in one of them, links followed. */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, isAbsolute } from 'node:path'
import { LimbicError } from '../../core/errors/index.ts'

/**
 * Asserts that a path lies in an allowed folder. What does not exist yet is judged by the folder that it would be made in.
 *
 * @param path - File or folder.
 * @param allow - Allowed folders; an empty list allows everything.
 * @returns When it was checked.
 * @throws {LimbicError} `SERVE_FOLDER_NOT_ALLOWED`.
 */
export async function assertAllowedPath(path: string, allow: readonly string[]): Promise<void> {
  if (allow.length === 0) return
  const target = await resolveLinks(resolve(path))
  const folders = await Promise.all(allow.map((folder) => resolveLinks(resolve(folder))))
  if (folders.some((folder) => isInside(target, folder))) return
  throw new LimbicError('SERVE_FOLDER_NOT_ALLOWED', { path: target, allow: folders })
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !/^\.\.[\\/]/.test(way) && !isAbsolute(way))
}

async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await resolveLinks(parent), basename(path))
  }
}
