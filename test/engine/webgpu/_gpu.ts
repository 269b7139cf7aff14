/** A GPU for tests: any adapter that there is, software too. Every test file is a process of its own, with Dawn on its main thread. */
import { createRng } from '../../../src/core/rng.ts'
import { softwareSwitch } from '../../../src/engine/webgpu/device/adapter.ts'
import { loadDawn } from '../../../src/engine/webgpu/device/load-dawn.ts'
import { openGpu, type OpenedGpu } from '../../../src/engine/webgpu/open-webgpu-engine.ts'
import { afterAll, describe } from 'vitest'
import type { Tensor } from '@tensorflow/tfjs-core'

process.env[softwareSwitch] = '1'
// Mesa's software driver spends its time on compiling; it is told to try less hard. Other drivers do not read these.
process.env.GALLIVM_PERF = 'nopt'
process.env.LP_NATIVE_VECTOR_WIDTH = '128'
process.env.MESA_SHADER_CACHE_DISABLE = 'true'

/** Whether any driver offers an adapter. */
export const hasDriver = await findDriver()

/** Skipped, by name, only where no driver offers an adapter at all. */
export const describeGpu = describe.skipIf(!hasDriver)

/** Opens the GPU for this file and closes it at the end. Only to be used where `hasDriver` is true. */
export async function useGpu(): Promise<OpenedGpu> {
  const gpu = await openGpu()
  afterAll(() => gpu.engine.dispose())
  return gpu
}

/** Uniform numbers in [-1, 1) that depend on the name only. */
export function numbers(shape: readonly number[], name: string): Float32Array {
  const rng = createRng(`gpu-test/${name}`)
  return Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    () => 2 * rng.uniform() - 1,
  )
}

/** Largest absolute difference over the largest absolute value of the reference; NaN where anything is NaN, Infinity for other lengths. */
export async function errorOf(tensor: Tensor, reference: ArrayLike<number>): Promise<number> {
  const values = await tensor.data()
  if (values.length !== reference.length) return Infinity
  let [worst, scale] = [0, 0]
  for (let i = 0; i < reference.length; i++) {
    const difference = Math.abs(values[i]! - reference[i]!)
    if (!(difference <= worst)) worst = difference
    scale = Math.max(scale, Math.abs(reference[i]!))
  }
  return worst === 0 ? 0 : worst / scale
}

async function findDriver(): Promise<boolean> {
  const dawn = await loadDawn()
  const adapter = await dawn.gpu.requestAdapter()
  dawn.release()
  return adapter !== null
}
