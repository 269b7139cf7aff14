/** What follows a product in a fused operation, in place: a bias per column, then an activation. */
import { sizeOf, type KernelContext } from './kernel.ts'
import { binaryCodes, unaryCodes } from './simd.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

export interface FusedAttributes {
  readonly activation: string | null | undefined
  readonly leakyreluAlpha?: number
}

/** Activations that TensorFlow.js may fuse, by the kernel that computes them; null for none. PReLU is left to the stock kernel. */
const activationKernels: Readonly<Record<string, string | null>> = {
  linear: null,
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  leakyrelu: 'LeakyRelu',
  sigmoid: 'Sigmoid',
}

/**
 * Whether `biasAndActivation` knows the activation.
 *
 * @param attributes - Attributes of the fused operation.
 * @returns Whether it does.
 * @throws Never.
 */
export function fusesActivation({ activation }: FusedAttributes): boolean {
  return activation == null || activation in activationKernels
}

/**
 * Adds a bias to every row and applies the activation.
 *
 * @param context - Engine.
 * @param product - `[..., C]`, overwritten or disposed.
 * @param bias - `[C]` or a scalar, if there is one.
 * @param attributes - Which activation.
 * @returns The result, `[..., C]`.
 * @throws Never.
 */
export function biasAndActivation(
  context: KernelContext,
  product: TensorInfo,
  bias: TensorInfo | undefined,
  attributes: FusedAttributes,
): TensorInfo {
  const { backend, simd } = context
  const size = sizeOf(product.shape)
  const y = backend.pointerOf(product)
  if (bias !== undefined) {
    const C = sizeOf(bias.shape)
    if (C === 1) simd.binaryScalar(binaryCodes.add, y, backend.valuesOf(bias)[0]!, y, size)
    else simd.binaryRows(binaryCodes.add, y, backend.pointerOf(bias), y, size / C, C)
  }
  const activation = activationKernels[attributes.activation ?? 'linear']
  if (activation == null) return product
  if (activation === 'Relu') {
    simd.unary(unaryCodes.relu, y, y, size, 0)
    return product
  }
  const result = context.run(activation, { x: product }, { alpha: attributes.leakyreluAlpha })
  backend.disposeIntermediateTensorInfo(product)
  return result
}
