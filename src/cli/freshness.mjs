// Tells whether the installed packages and `dist` of a clone are those of the lock file and of the sources.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const sourceFolders = ['src', 'models', 'bench']
const buildSettings = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']

/**
 * Tells whether `node_modules` holds what the lock file asks for.
 *
 * Times decide where they can; npm may write the lock file last, so where they cannot, the two lists of packages are compared.
 * Packages that are there for other platforms only are allowed to be missing.
 *
 * @param {string} root - Folder of the clone.
 * @returns {boolean} Whether nothing needs to be installed.
 */
export function isInstalled(root) {
  const lock = join(root, 'package-lock.json')
  const installed = join(root, 'node_modules', '.package-lock.json')
  const lockTime = modified(lock)
  const installedTime = modified(installed)
  if (installedTime === undefined) return false
  if (lockTime === undefined || installedTime >= lockTime) return true
  const have = readPackages(installed)
  return Object.entries(readPackages(lock)).every(
    ([path, entry]) =>
      path === '' ||
      have[path]?.version === entry.version ||
      (have[path] === undefined && (entry.optional || entry.devOptional || entry.peer)),
  )
}

/**
 * Tells whether `dist` was compiled from the sources as they are now.
 *
 * @param {string} root - Folder of the clone.
 * @returns {boolean} Whether nothing needs to be compiled.
 */
export function isBuilt(root) {
  try {
    return readFileSync(stampPath(root), 'utf8') === fingerprintSources(root)
  } catch {
    return false
  }
}

/**
 * Where the fingerprint of the compiled sources is kept.
 *
 * @param {string} root - Folder of the clone.
 * @returns {string} Path of the stamp.
 */
export function stampPath(root) {
  return join(root, 'dist', '.stamp')
}

/**
 * Every file that is compiled or copied into `dist`.
 *
 * @param {string} root - Folder of the clone.
 * @returns {string[]} Paths relative to the root, with `/`, sorted.
 */
export function listSources(root) {
  const isSource = (path) =>
    (path.endsWith('.ts') && !path.endsWith('.as.ts')) || path.endsWith('.wasm')
  return sourceFolders.flatMap((folder) => walk(root, folder).filter(isSource)).sort()
}

/**
 * One hash over the names, sizes and times of all sources and build settings. Times alone would miss a file that is deleted, or replaced by an older one.
 *
 * @param {string} root - Folder of the clone.
 * @returns {string} Hexadecimal SHA-256.
 */
export function fingerprintSources(root) {
  const hash = createHash('sha256')
  for (const path of [...buildSettings, ...listSources(root)]) {
    const stats = statSync(join(root, path), { throwIfNoEntry: false })
    hash.update(`${path} ${stats?.size} ${stats?.mtimeMs}\n`)
  }
  return hash.digest('hex')
}

function walk(root, folder) {
  let entries
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true })
  } catch {
    return [] // removed in this moment
  }
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? walk(root, path) : [path]
  })
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages ?? {}
}
