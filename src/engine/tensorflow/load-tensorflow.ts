/** TensorFlow's own library, where a user has installed its Node.js package: `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { LimbicError } from '../../core/errors/index.ts'
import type { Tf } from '../tf.ts'

/** Packages that bring the library, the faster one first. */
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const

/** What loads a package and says where one is; `require` of Node.js, or a stand-in. */
export interface PackageLoader {
  (name: string): unknown
  resolve(name: string): string
}

/**
 * Loaders that look beside limbic, and then beside the program that uses it.
 *
 * @returns The loaders, in that order.
 * @throws Never.
 */
export function defaultLoaders(): PackageLoader[] {
  return [createRequire(import.meta.url), createRequire(join(process.cwd(), 'package.json'))]
}

/**
 * Whether one of the packages is there.
 *
 * @param loaders - Where to look.
 * @returns Whether one is found; it is not loaded.
 * @throws Never.
 */
export function isTensorflowInstalled(loaders = defaultLoaders()): boolean {
  return findPackage(loaders) !== undefined
}

/**
 * Loads the library into TensorFlow.js as the backend `tensorflow`.
 *
 * @param tf - TensorFlow.js.
 * @param loaders - Where to look.
 * @returns Name of the package.
 * @throws {LimbicError} `ENGINE_UNAVAILABLE` when no package is installed, when it does not load, or when it belongs to another
 *   TensorFlow.js than limbic's.
 */
export function loadTensorflow(tf: Tf, loaders = defaultLoaders()): string {
  const found = findPackage(loaders)
  if (found === undefined)
    throw unavailable(
      tf,
      'neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed',
    )
  restoreNullCheck(found.load)
  try {
    found.load(found.name)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause)
    throw unavailable(tf, `${found.name} does not load (${reason})`)
  }
  if (tf.findBackendFactory('tensorflow') == null)
    throw unavailable(tf, `${found.name} belongs to another version of TensorFlow.js`)
  return found.name
}

function findPackage(
  loaders: readonly PackageLoader[],
): { name: string; load: PackageLoader } | undefined {
  for (const load of loaders)
    for (const name of packages)
      try {
        load.resolve(name)
        return { name, load }
      } catch {
        // Not installed there.
      }
  return undefined
}

/** The packages call a function of `node:util` that Node.js 23 took away. */
function restoreNullCheck(load: PackageLoader): void {
  const util = load('node:util') as { isNullOrUndefined?: (value: unknown) => boolean }
  util.isNullOrUndefined ??= (value) => value === null || value === undefined
}

function unavailable(tf: Tf, reason: string): LimbicError {
  return new LimbicError('ENGINE_UNAVAILABLE', {
    engine: 'tensorflow',
    reason,
    remedy:
      `Only where you want TensorFlow itself: \`npm install @tensorflow/tfjs-node-gpu@${tf.version_core}\` (NVIDIA, with CUDA 11 and ` +
      `cuDNN 8) or \`npm install @tensorflow/tfjs-node@${tf.version_core}\`. The other engines need neither.`,
  })
}
