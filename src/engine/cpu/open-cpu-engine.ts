/** Makes the CPU engine: TensorFlow.js on the kernels of this folder. */
import { gemmProvider } from '../../math/gemm/index.ts'
import { createAdamOptimizer } from '../adam.ts'
import type { Engine } from '../engine.ts'
import { createFusedBlocks } from '../fused/create-fused-blocks.ts'
import { loadTf } from '../load-tf.ts'
import { createAdamUpdate } from './adam-update.ts'
import { backendName } from './backend.ts'
import { registerCpuBackend } from './register.ts'

/**
 * Makes the engine and makes its backend the current one; not tested yet. To be called once per process.
 *
 * @param threads - Threads that a matrix product may use. Results do not depend on it.
 * @returns The engine.
 * @throws {LimbicError} `ENGINE_UNAVAILABLE` when the system reserves no memory.
 */
export async function openCpuEngine(threads: number): Promise<Engine> {
  const tf = loadTf()
  const kernels = registerCpuBackend(tf, threads)
  const update = createAdamUpdate(kernels)
  await tf.setBackend(backendName)
  await tf.ready()
  return {
    name: 'cpu',
    tf,
    description: `cpu (TensorFlow.js ${tf.version_core}, matrix products by ${gemmProvider()})`,
    threads,
    fused: createFusedBlocks({ tf, kernels }),
    createAdam: (options) => createAdamOptimizer(tf, options, update),
    // The backend belongs to the process; another engine may be opened on it.
    dispose: () => undefined,
  }
}
