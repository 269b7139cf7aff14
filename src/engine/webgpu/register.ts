/** Puts the GPU engine's backend and kernels into TensorFlow.js, beside tfjs-backend-webgpu, which stays as it is. */
import type { Tf } from '../tf.ts'
import { backendName, type GpuBackend } from './backend.ts'
import { convolutionKernels } from './convolution/kernels.ts'
import { createGpuContext } from './dispatch.ts'
import type { Kernel, KernelContext, KernelTable } from './kernel.ts'
import { normKernels } from './norm/kernels.ts'
import { rank5Kernels } from './rank5/kernels.ts'
import type { KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'

const kernels: KernelTable = { ...convolutionKernels, ...normKernels, ...rank5Kernels }

/** Names of the operations that have kernels of their own; all others run on the stock ones. */
export const ownKernelNames = Object.keys(kernels)

/**
 * Registers the backend under its own name.
 *
 * @param tf - TensorFlow.js, into which tfjs-backend-webgpu has been loaded.
 * @param backend - The backend.
 * @returns What the kernels work with.
 * @throws Never.
 */
export function registerGpuBackend(tf: Tf, backend: KernelBackend & GpuBackend): KernelContext {
  tf.registerBackend(backendName, () => backend, 0)
  tf.copyRegisteredKernels('webgpu', backendName)
  const stockKernels = new Map(
    tf.getKernelsForBackend(backendName).map((config) => [config.kernelName, config.kernelFunc]),
  )
  const stock: KernelContext['stock'] = (name, inputs, attributes = {}) => {
    const attrs = attributes as NonNullable<Parameters<KernelFunc>[0]['attrs']>
    return stockKernels.get(name)!({ inputs: { ...inputs }, attrs, backend }) as TensorInfo
  }
  const context: KernelContext = { ...createGpuContext(tf, backend), tf, stock }
  for (const [name, own] of Object.entries(kernels))
    replaceKernel(tf, context, name, own, stockKernels.get(name))
  return context
}

function replaceKernel(
  tf: Tf,
  context: KernelContext,
  kernelName: string,
  own: Kernel,
  stock: KernelFunc | undefined,
): void {
  const kernelFunc: KernelFunc = (call) => own(context, call.inputs, call.attrs) ?? stock!(call)
  if (stock !== undefined) tf.unregisterKernel(kernelName, backendName)
  tf.registerKernel({ kernelName, backendName, kernelFunc })
}
