/** Makes the GPU engine: TensorFlow.js on Dawn, with the kernels of this folder. */
import { createRequire } from 'node:module'
import { createAdamOptimizer } from '../adam.ts'
import type { Engine } from '../engine.ts'
import { loadTf } from '../load-tf.ts'
import type { Tf } from '../tf.ts'
import { createAdamUpdate } from './adam-update.ts'
import { backendName, createGpuBackend } from './backend.ts'
import { describeAdapter, requestAdapter } from './device/adapter.ts'
import { watchDevice, type DeviceHealth } from './device/health.ts'
import { loadDawn, type Dawn } from './device/load-dawn.ts'
import { openDevice } from './device/open-device.ts'
import { createFusedBlocks } from './fused-blocks.ts'
import type { KernelContext } from './kernel.ts'
import { registerGpuBackend } from './register.ts'

/** An engine and what its kernels work with. */
export interface OpenedGpu {
  readonly engine: Engine
  readonly context: KernelContext
}

/**
 * Makes the engine and makes its backend the current one; not tested yet.
 *
 * @returns The engine.
 * @throws {LimbicError} `ENGINE_UNAVAILABLE` without a graphics card, its driver, or in a worker thread.
 */
export async function openWebgpuEngine(): Promise<Engine> {
  return (await openGpu()).engine
}

/**
 * Opens the GPU.
 *
 * @returns The engine, and what its kernels work with.
 * @throws {LimbicError} `ENGINE_UNAVAILABLE` without a graphics card, its driver, or in a worker thread.
 */
export async function openGpu(): Promise<OpenedGpu> {
  const dawn = await loadDawn()
  try {
    const adapter = await requestAdapter(dawn.gpu)
    const device = await openDevice(adapter)
    const health = watchDevice(device)
    const tf = loadTfWithWebgpu()
    const backend = createGpuBackend(device, adapter.info, health)
    const context = registerGpuBackend(tf, backend)
    await tf.setBackend(backendName)
    await tf.ready()
    return { context, engine: createEngine(tf, context, describeAdapter(adapter.info), close) }

    function close(): void {
      closeGpu(tf, dawn, device, health)
    }
  } catch (error) {
    dawn.release()
    throw error
  }
}

function createEngine(tf: Tf, context: KernelContext, card: string, close: () => void): Engine {
  // A process that ends with a live device may crash in the driver.
  process.once('exit', close)
  return {
    name: 'webgpu',
    tf,
    description: `webgpu (TensorFlow.js ${tf.version_core} on ${card})`,
    createAdam: (options) => createAdamOptimizer(tf, options, createAdamUpdate(context)),
    fused: createFusedBlocks(context),
    dispose: () => {
      process.off('exit', close)
      close()
    },
  }
}

function loadTfWithWebgpu(): Tf {
  const tf = loadTf()
  createRequire(import.meta.url)('@tensorflow/tfjs-backend-webgpu')
  // On loading, the package registers a backend that would open a device of its own.
  if (tf.findBackendFactory('webgpu') != null) tf.removeBackend('webgpu')
  // Small tensors too are computed on the GPU: the same numbers at every size, and no fault that only large ones show.
  tf.env().set('WEBGPU_CPU_FORWARD', false)
  return tf
}

function closeGpu(tf: Tf, dawn: Dawn, device: GPUDevice, health: DeviceHealth): void {
  health.expectLoss()
  for (const { kernelName } of tf.getKernelsForBackend(backendName))
    tf.unregisterKernel(kernelName, backendName)
  if (tf.findBackendFactory(backendName) != null) tf.removeBackend(backendName)
  device.destroy()
  dawn.release()
}
