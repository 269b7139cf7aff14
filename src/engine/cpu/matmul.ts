/** Matrix products of TensorFlow.js in place: `[..., I, K] x [..., K, J] -> [..., I, J]`, with optional bias and activation. */
import { biasAndActivation, fusesActivation, type FusedAttributes } from './epilogue.ts'
import { areFloat32, kernel, sizeOf, type KernelContext, type KernelTable } from './kernel.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

interface Operands {
  readonly a: TensorInfo
  readonly b: TensorInfo
}

interface Transposes {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

interface BiasOperand {
  readonly bias?: TensorInfo
  readonly preluActivationWeights?: TensorInfo
}

const batchMatMul = kernel<Operands, Transposes>((context, { a, b }, attributes) =>
  areFloat32(a, b) ? multiply(context, a, b, attributes) : undefined,
)

const fusedMatMul = kernel<Operands & BiasOperand, Transposes & FusedAttributes>(
  (context, inputs, attributes) => {
    const { a, b, bias } = inputs
    if (!areFloat32(a, b, bias) || !fusesActivation(attributes)) return undefined
    const product = multiply(context, a, b, attributes)
    return biasAndActivation(context, product, bias, attributes)
  },
)

export const matMulKernels: KernelTable = { BatchMatMul: batchMatMul, _FusedMatMul: fusedMatMul }

function multiply(
  { backend, products }: KernelContext,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA, transposeB }: Transposes,
): TensorInfo {
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number]
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number]
  const [M, K] = transposeA ? [aColumns, aRows] : [aRows, aColumns]
  const N = transposeB ? bRows : bColumns
  const batches = broadcastBatches(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const result = backend.emptyTensor([...batches.shape, M, N])
  const [x, w, y] = [a, b, result].map((tensor) => backend.valuesOf(tensor))
  for (let i = 0; i < batches.pairs.length; i++) {
    const [p, q] = batches.pairs[i]!
    products.multiply(
      ...([M, N, K] as const),
      x!.subarray(p * M * K, (p + 1) * M * K),
      w!.subarray(q * K * N, (q + 1) * K * N),
      y!.subarray(i * M * N, (i + 1) * M * N),
      { transA: transposeA, transB: transposeB },
    )
  }
  return result
}

/** Which matrix of a meets which of b, for every matrix of the result; axes of length 1 are repeated. */
function broadcastBatches(
  a: readonly number[],
  b: readonly number[],
): { shape: number[]; pairs: [number, number][] } {
  const rank = Math.max(a.length, b.length)
  const padded = (shape: readonly number[]): number[] => [
    ...Array<number>(rank - shape.length).fill(1),
    ...shape,
  ]
  const [p, q] = [padded(a), padded(b)]
  const shape = p.map((length, axis) => Math.max(length, q[axis]!))
  const indexIn = (own: readonly number[], at: readonly number[]): number =>
    own.reduce((index, length, axis) => index * length + (length === 1 ? 0 : at[axis]!), 0)
  const pairs = Array.from({ length: sizeOf(shape) }, (_, flat): [number, number] => {
    const at: number[] = []
    for (let axis = rank - 1, rest = flat; axis >= 0; axis--) {
      at.unshift(rest % shape[axis]!)
      rest = Math.floor(rest / shape[axis]!)
    }
    return [indexIn(p, at), indexIn(q, at)]
  })
  return { shape, pairs }
}
