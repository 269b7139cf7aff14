/** Puts the CPU engine's backend and kernels into TensorFlow.js, beside tfjs-backend-cpu, which stays as it is. */
import { createRequire } from 'node:module'
import type { Tf } from '../tf.ts'
import { backendName, createCpuBackend, type CpuBackend } from './backend.ts'
import { batchNormKernels } from './batch-norm.ts'
import { volumeConvolutionKernels } from './conv3d.ts'
import { convolutionKernels } from './convolution.ts'
import { elementwiseKernels } from './elementwise.ts'
import { createHeap } from './heap.ts'
import type { Kernel, KernelContext, KernelTable } from './kernel.ts'
import { matMulKernels } from './matmul.ts'
import { volumePoolKernels } from './pool3d.ts'
import { createProducts } from './products.ts'
import { reduceKernels } from './reduce.ts'
import { loadSimdKernels } from './simd.ts'
import { tileKernels } from './tile.ts'
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'

const kernels: KernelTable = {
  ...matMulKernels,
  ...convolutionKernels,
  ...volumeConvolutionKernels,
  ...volumePoolKernels,
  ...batchNormKernels,
  ...elementwiseKernels,
  ...reduceKernels,
  ...tileKernels,
}

/** Names of the operations that have kernels of their own; all others run on the stock ones. */
export const ownKernelNames = Object.keys(kernels)

/**
 * Registers the backend under its own name. To be called once per process.
 *
 * @param tf - TensorFlow.js.
 * @param threads - Threads that a matrix product may use.
 * @returns What the kernels work with.
 * @throws {LimbicError} `ENGINE_UNAVAILABLE` when the system reserves no memory.
 */
export function registerCpuBackend(tf: Tf, threads: number): KernelContext {
  createRequire(import.meta.url)('@tensorflow/tfjs-backend-cpu')
  const heap = createHeap()
  const backend = createCpuBackend(heap)
  tf.registerBackend(backendName, () => backend, 0)
  tf.copyRegisteredKernels('cpu', backendName)
  const context: KernelContext = {
    heap,
    backend,
    simd: loadSimdKernels(heap.memory),
    products: createProducts(threads),
    run: (name, inputs, attributes) => runKernel(tf, backend, name, inputs, attributes),
  }
  for (const [name, own] of Object.entries(kernels)) replaceKernel(tf, context, name, own)
  return context
}

function replaceKernel(tf: Tf, context: KernelContext, kernelName: string, own: Kernel): void {
  const stock = tf.getKernel(kernelName, backendName).kernelFunc
  const kernelFunc: KernelFunc = (call) => own(context, call.inputs, call.attrs) ?? stock(call)
  tf.unregisterKernel(kernelName, backendName)
  tf.registerKernel({ kernelName, backendName, kernelFunc })
}

function runKernel(
  tf: Tf,
  backend: CpuBackend,
  name: string,
  inputs: Readonly<Record<string, TensorInfo | undefined>>,
  attributes: object = {},
): TensorInfo {
  const { kernelFunc } = tf.getKernel(name, backendName)
  return kernelFunc({
    inputs: inputs,
    attrs: attributes as Parameters<KernelFunc>[0]['attrs'] & object,
    backend,
  }) as TensorInfo
}
