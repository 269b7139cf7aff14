/** What the fused blocks share: tensors <-> pointers, one custom gradient per block, gradients of biases. */
import { LimbicError } from '../../core/errors/index.ts'
import type { KernelContext } from '../cpu/kernel.ts'
import type { Tf } from '../tf.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

/** TensorFlow.js and the kernels under it. */
export interface FusedContext {
  readonly tf: Tf
  readonly kernels: KernelContext
}

/** The result of a block, and what its gradient needs. */
export interface BlockResult {
  readonly value: Tensor
  /** Kept until the gradient has been taken. */
  readonly kept: readonly Tensor[]
  /** Gradients of the inputs, in their order. */
  readonly gradient: (dy: Tensor) => Tensor[]
}

/**
 * Runs a block as one operation with a gradient of its own.
 *
 * @param context - Engine.
 * @param inputs - What it is differentiable in; undefined ones are left out.
 * @param forward - Computes the block; its gradient function may use `inputs` and `kept`.
 * @returns The value.
 * @throws Whatever `forward` throws.
 */
export function runBlock<T extends Tensor>(
  { tf }: FusedContext,
  inputs: readonly (Tensor | undefined)[],
  forward: () => BlockResult,
): T {
  const given = inputs.filter((input) => input !== undefined)
  const operation = tf.customGrad((...args: unknown[]) => {
    const save = args.at(-1) as (tensors: Tensor[]) => void
    const { value, kept, gradient } = forward()
    // The inputs too: whoever made them may dispose them before the gradient is asked for.
    save([...given, ...kept])
    return { value, gradFunc: (dy: Tensor) => gradient(dy) }
  })
  return operation(...given) as T
}

/**
 * A tensor with room in the heap, values not set yet.
 *
 * @param context - Engine.
 * @param shape - Its shape.
 * @returns The tensor and its pointer.
 * @throws {LimbicError} `ENGINE_MEMORY_EXHAUSTED` when there is no room.
 */
export function emptyTensor(
  { tf, kernels: { backend } }: FusedContext,
  shape: readonly number[],
): { tensor: Tensor; pointer: number } {
  const info = backend.emptyTensor(shape)
  return { tensor: tf.engine().makeTensorFromTensorInfo(info), pointer: backend.pointerOf(info) }
}

/**
 * Sum over rows.
 *
 * @param context - Engine.
 * @param x - Pointer to `[nRows x C]`.
 * @param nRows - Number of rows.
 * @param C - Number of columns.
 * @returns `[C]`.
 * @throws Never.
 */
export function sumRows(context: FusedContext, x: number, nRows: number, C: number): Tensor {
  const { heap, simd } = context.kernels
  const { tensor, pointer } = emptyTensor(context, [C])
  heap.withScratch(2 * C, (sums) => {
    simd.fill(sums, 2 * C, 0)
    simd.columnSums(x, nRows, C, sums)
    simd.narrow(sums, pointer, C, 1)
  })
  return tensor
}

/**
 * Checks that channels fill whole vectors.
 *
 * @param what - Name of the block.
 * @param channels - Channel counts of its normalised arrays.
 * @returns Nothing.
 * @throws {LimbicError} `VALUE_INVALID` when a count is not a multiple of 4.
 */
export function assertWholeVectors(what: string, channels: readonly number[]): void {
  if (channels.every((count) => count % 4 === 0)) return
  throw new LimbicError('VALUE_INVALID', {
    what: `the channels of a fused ${what}`,
    expected: 'multiples of 4',
    found: channels.join(', '),
  })
}
