/** Makes the engine that runs on TensorFlow's own library. */
import { createAdamOptimizer } from '../adam.ts'
import type { Engine } from '../engine.ts'
import { loadTf } from '../load-tf.ts'
import { createPlainAdamUpdate } from './adam-update.ts'
import { defaultLoaders, loadTensorflow, type PackageLoader } from './load-tensorflow.ts'

const backendName = 'tensorflow'

/**
 * Makes the engine and makes its backend the current one; not tested yet.
 *
 * @param loaders - Where to look for the package.
 * @returns The engine.
 * @throws {LimbicError} `ENGINE_UNAVAILABLE` when no package with the library is installed or it does not load.
 */
export async function openTensorflowEngine(
  loaders: readonly PackageLoader[] = defaultLoaders(),
): Promise<Engine> {
  const tf = loadTf()
  const name = loadTensorflow(tf, [...loaders])
  await tf.setBackend(backendName)
  await tf.ready()
  return {
    name: 'tensorflow',
    tf,
    description: `tensorflow (TensorFlow.js ${tf.version_core} on the library of ${name})`,
    createAdam: (options) => createAdamOptimizer(tf, options, createPlainAdamUpdate(tf)),
    // The backend belongs to the process; another engine may be opened on it.
    dispose: () => undefined,
  }
}
