/** Elementwise operations of TensorFlow.js on float32 tensors of any shape; two operands may differ by a row or a scalar. */
import {
  areFloat32,
  kernel,
  sizeOf,
  type Kernel,
  type KernelContext,
  type KernelTable,
} from './kernel.ts'
import { binaryCodes, unaryCodes } from './simd.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

interface Pair {
  readonly a: TensorInfo
  readonly b: TensorInfo
}

/** The operation and its mirror image, with the operands exchanged. */
const binaryKernel = (code: number, mirrored: number): Kernel =>
  kernel<Pair>((context, { a, b }) => {
    if (!areFloat32(a, b)) return undefined
    return combine(context, code, a, b) ?? combine(context, mirrored, b, a)
  })

const unaryKernel = (code: number): Kernel =>
  kernel<{ x: TensorInfo }, { alpha?: number } | undefined>((context, { x }, attributes) => {
    if (!areFloat32(x)) return undefined
    const { backend, simd } = context
    const y = backend.emptyTensor(x.shape)
    const size = sizeOf(x.shape)
    simd.unary(code, backend.pointerOf(x), backend.pointerOf(y), size, attributes?.alpha ?? 0)
    return y
  })

/** Sum of any number of tensors of one shape. */
const addN = kernel<TensorInfo[]>((context, tensors) => {
  const [first, second, ...others] = tensors
  if (first === undefined || second === undefined || !areFloat32(...tensors)) return undefined
  const { backend, simd } = context
  const y = combine(context, binaryCodes.add, first, second)!
  const to = backend.pointerOf(y)
  for (const other of others)
    simd.binary(binaryCodes.add, to, backend.pointerOf(other), to, sizeOf(y.shape))
  return y
})

export const elementwiseKernels: KernelTable = {
  Add: binaryKernel(binaryCodes.add, binaryCodes.add),
  Sub: binaryKernel(binaryCodes.sub, binaryCodes.subFrom),
  Multiply: binaryKernel(binaryCodes.mul, binaryCodes.mul),
  RealDiv: binaryKernel(binaryCodes.div, binaryCodes.divInto),
  SquaredDifference: binaryKernel(binaryCodes.squaredDifference, binaryCodes.squaredDifference),
  AddN: addN,
  Relu: unaryKernel(unaryCodes.relu),
  Step: unaryKernel(unaryCodes.step),
  Abs: unaryKernel(unaryCodes.abs),
  Neg: unaryKernel(unaryCodes.neg),
  Square: unaryKernel(unaryCodes.square),
  Sqrt: unaryKernel(unaryCodes.sqrt),
  Rsqrt: unaryKernel(unaryCodes.rsqrt),
  Sign: unaryKernel(unaryCodes.sign),
  Floor: unaryKernel(unaryCodes.floor),
}

/** a op b where b has a's shape, is a row of it or a scalar; undefined otherwise. */
function combine(
  { backend, simd }: KernelContext,
  code: number,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | undefined {
  const [size, part] = [sizeOf(a.shape), sizeOf(b.shape)]
  const tail = b.shape.slice(b.shape.findIndex((length) => length !== 1))
  const fits = b.shape.length <= a.shape.length && isTail(tail, a.shape)
  if (part !== 1 && !fits) return undefined
  if (part === 1 && b.shape.length > a.shape.length) return undefined
  const y = backend.emptyTensor(a.shape)
  const [x, to] = [backend.pointerOf(a), backend.pointerOf(y)]
  if (part === 1) simd.binaryScalar(code, x, backend.valuesOf(b)[0]!, to, size)
  else if (part === size) simd.binary(code, x, backend.pointerOf(b), to, size)
  else simd.binaryRows(code, x, backend.pointerOf(b), to, size / part, part)
  return y
}

function isTail(tail: readonly number[], shape: readonly number[]): boolean {
  const from = shape.length - tail.length
  return tail.every((length, i) => length === shape[from + i])
}
