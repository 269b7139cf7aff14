/** What a kernel of the CPU engine is: tensors in, one tensor out, or nothing where the stock kernel shall do the work. */
import type { CpuBackend } from './backend.ts'
import type { Heap } from './heap.ts'
import type { Products } from './products.ts'
import type { SimdKernels } from './simd.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

export interface KernelContext {
  readonly backend: CpuBackend
  readonly heap: Heap
  readonly simd: SimdKernels
  readonly products: Products
  /** Runs another kernel by name on this backend. */
  run(name: string, inputs: Inputs, attributes?: object): TensorInfo
}

export type Inputs = Readonly<Record<string, TensorInfo | undefined>>

/** Returns nothing when the case is one that it does not cover: other types, rare layouts. The stock kernel then takes over. */
export type Kernel<I = Inputs, A = unknown> = (
  context: KernelContext,
  inputs: I,
  attributes: A,
) => TensorInfo | undefined

/** Kernels by the name that TensorFlow.js gives the operation. */
export type KernelTable = Readonly<Record<string, Kernel>>

/**
 * Puts a kernel with typed inputs and attributes into a table.
 *
 * @param kernel - The kernel, as TensorFlow.js will call it.
 * @returns The same kernel; TensorFlow.js promises the types.
 * @throws Never.
 */
export function kernel<I, A = unknown>(kernel: Kernel<I, A>): Kernel {
  return kernel as unknown as Kernel
}

/**
 * Number of elements of a shape.
 *
 * @param shape - Lengths of the axes.
 * @returns Their product; 1 for a scalar.
 * @throws Never.
 */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/**
 * Whether all tensors given are float32.
 *
 * @param tensors - Tensors; undefined ones are left out.
 * @returns Whether they are.
 * @throws Never.
 */
export function areFloat32(...tensors: readonly (TensorInfo | undefined)[]): boolean {
  return tensors.every((tensor) => tensor === undefined || tensor.dtype === 'float32')
}
