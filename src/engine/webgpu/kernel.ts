/** What a kernel of the GPU engine is: tensors in, tensors out, or nothing where the stock kernel of tfjs-backend-webgpu shall do the work. */
import type { GpuContext } from './dispatch.ts'
import type { Tf } from '../tf.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

export interface KernelContext extends GpuContext {
  readonly tf: Tf
  /** Runs the stock kernel of this name. */
  stock(name: string, inputs: Inputs, attributes?: object): TensorInfo
}

export type Inputs = Readonly<Record<string, TensorInfo | undefined>>

/** Returns nothing when the case is one that it does not cover; the stock kernel then takes over. */
export type Kernel<I = Inputs, A = unknown> = (
  context: KernelContext,
  inputs: I,
  attributes: A,
) => TensorInfo | TensorInfo[] | undefined

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
 * The same data under another shape; no reference is taken.
 *
 * @param tensor - The tensor.
 * @param shape - A shape with as many elements.
 * @returns The view, valid as long as the tensor.
 * @throws Never.
 */
export function viewAs(tensor: TensorInfo, shape: readonly number[]): TensorInfo {
  return { dataId: tensor.dataId, dtype: tensor.dtype, shape: [...shape] }
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
