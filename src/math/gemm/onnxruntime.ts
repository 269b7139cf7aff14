/** The matrix product by ONNX Runtime's own Gemm, called synchronously on the caller's arrays: row-major operands, no copy either way. */
import type { FloatArray } from '../../core/types.ts'
import { createOnnxGraph } from './onnx-graph.ts'
import { loadOnnxBinding, type OnnxBinding, type SyncSession } from './onnx-binding.ts'
import type { GemmCall, GemmProvider } from './provider.ts'

/** One thread: callers run on as many worker threads as they want. Memory patterns and arenas only cost here, since outputs are given. */
const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableMemPattern: false,
  enableCpuMemArena: false,
} as const

/**
 * Opens the provider; the sessions of its eight variants per element type are made when first needed.
 *
 * @returns The provider.
 * @throws Whatever the native binding throws when it cannot be loaded on this machine.
 */
export function openOnnxRuntimeGemm(): GemmProvider {
  const binding = loadOnnxBinding()
  const variants = new Map<number, Variant>()

  const variantFor = (call: GemmCall): Variant => {
    const isDouble = call.y instanceof Float64Array
    const key = +isDouble | (+call.transA << 1) | (+call.transB << 2) | (+call.accumulate << 3)
    let variant = variants.get(key)
    if (variant === undefined) variants.set(key, (variant = openVariant(binding, call, isDouble)))
    return variant
  }

  return {
    name: 'onnxruntime',
    multiply(call) {
      const { M, N, K, a, b, y, transA, transB } = call
      const { session, output, element } = variantFor(call)
      const tensor = (data: FloatArray, rows: number, columns: number): unknown =>
        new binding.Tensor(element, data, [rows, columns])
      const result = tensor(y, M, N)
      session.run(
        {
          a: transA ? tensor(a, K, M) : tensor(a, M, K),
          b: transB ? tensor(b, N, K) : tensor(b, K, N),
          // The operator may add a matrix; given y itself, it accumulates in place.
          ...(call.accumulate ? { c: result } : {}),
        },
        { [output]: result },
        {},
      )
    },
  }
}

interface Variant {
  readonly session: SyncSession
  readonly output: string
  readonly element: 'float32' | 'float64'
}

function openVariant(binding: OnnxBinding, call: GemmCall, isDouble: boolean): Variant {
  const element = isDouble ? 'float64' : 'float32'
  const graph = createOnnxGraph('gemm')
  const inputs = call.accumulate ? ['a', 'b', 'c'] : ['a', 'b']
  for (const input of inputs) graph.input(input, [`${input}_rows`, `${input}_columns`], element)
  const output = graph.node('Gemm', inputs, { transA: +call.transA, transB: +call.transB })
  graph.output(output, ['y_rows', 'y_columns'], element)
  return { session: binding.open(graph.toBytes(), sessionOptions), output, element }
}
