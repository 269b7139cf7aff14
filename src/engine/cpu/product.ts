/**
 * Matrix products whose result stays where it is wanted: `gemm`, without the copy that ONNX Runtime's binding makes of every result.
 *
 * The binding hands each output back as a new JavaScript array, even where the caller gave the place for it: in a training step of the
 * 3D ResNet-50 more than a gigabyte of copies, and a full garbage collection for every 64 MB of them. Outputs are handed back in order,
 * after all of them were computed. So an output of a type that JavaScript does not have comes first here: handing back ends there, with
 * an error, and the product is in place.
 */
import { gemm, gemmProvider, type GemmOptions } from '../../math/gemm/index.ts'
import {
  loadOnnxBinding,
  type OnnxBinding,
  type SyncSession,
} from '../../math/gemm/onnx-binding.ts'
import { createOnnxGraph } from '../../math/gemm/onnx-graph.ts'
import { protobuf } from '../../math/gemm/protobuf.ts'

/** Smaller results are copied faster than an error is made. */
const smallResult = 4096

const bfloat16 = 16

type Multiply = (
  M: number,
  N: number,
  K: number,
  a: Float32Array,
  b: Float32Array,
  y: Float32Array,
  options?: GemmOptions,
) => void

/** Opened at first use, once per thread. */
let opened: Multiply | undefined

/**
 * Multiplies two matrices in place: y = op(a) op(b), or y += op(a) op(b).
 *
 * @param M - Rows of y.
 * @param N - Columns of y.
 * @param K - Depth: columns of op(a), rows of op(b).
 * @param a - `[M x K]`, or `[K x M]` with `transA`.
 * @param b - `[K x N]`, or `[N x K]` with `transB`.
 * @param y - `[M x N]`, written in place; must not overlap `a` or `b`.
 * @param options - Transposes and accumulation, all off by default.
 * @returns Nothing; the result is in `y`.
 * @throws {LimbicError} `SHAPE_MISMATCH` when a length does not fit a small product; ONNX Runtime's own error for a large one.
 */
export function matrixProduct(
  M: number,
  N: number,
  K: number,
  a: Float32Array,
  b: Float32Array,
  y: Float32Array,
  options: GemmOptions = {},
): void {
  if (M * N < smallResult || K === 0) gemm(M, N, K, a, b, y, options)
  else (opened ??= openMultiply())(M, N, K, a, b, y, options)
}

/** The product in place where ONNX Runtime multiplies and the trick works; `gemm` everywhere else. */
function openMultiply(): Multiply {
  if (gemmProvider() !== 'onnxruntime') return gemm
  try {
    const candidate = multiplyInPlace(loadOnnxBinding())
    return isCorrect(candidate) ? candidate : gemm
  } catch {
    return gemm
  }
}

function multiplyInPlace(binding: OnnxBinding): Multiply {
  const sessions = new Map<number, SyncSession>()
  const tensor = (data: Float32Array, rows: number, columns: number): unknown =>
    new binding.Tensor('float32', data, [rows, columns])

  return (M, N, K, a, b, y, { transA = false, transB = false, accumulate = false } = {}) => {
    const key = +transA | (+transB << 1) | (+accumulate << 2)
    let session = sessions.get(key)
    if (session === undefined)
      sessions.set(key, (session = openSession(binding, transA, transB, accumulate)))
    const result = tensor(y, M, N)
    const feeds = {
      a: transA ? tensor(a, K, M) : tensor(a, M, K),
      b: transB ? tensor(b, N, K) : tensor(b, K, N),
      ...(accumulate ? { c: result } : {}),
    }
    try {
      session.run(feeds, { [unreadable]: null, [product]: result }, {})
    } catch (error) {
      if (!isExpected(error)) throw error
    }
  }
}

const unreadable = 'unreadable'
const product = 'product'

function isExpected(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(`Tensor type (${bfloat16})`)
}

function openSession(
  binding: OnnxBinding,
  transA: boolean,
  transB: boolean,
  accumulate: boolean,
): SyncSession {
  const graph = createOnnxGraph('product')
  const inputs = accumulate ? ['a', 'b', 'c'] : ['a', 'b']
  for (const input of inputs) graph.input(input, [`${input}_rows`, `${input}_columns`])
  const zero = graph.constant([1], new Float32Array(1))
  graph.node('Cast', [zero], { to: bfloat16 }, unreadable)
  graph.node('Gemm', inputs, { transA: +transA, transB: +transB }, product)
  graph.output(product, ['y_rows', 'y_columns'])
  return binding.open(withFirstOutput(graph.toBytes()), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    enableMemPattern: false,
    enableCpuMemArena: false,
  })
}

/** Declares the unreadable output. Protobuf messages are merged by writing one after the other, so this one's output comes first. */
function withFirstOutput(model: Uint8Array): Uint8Array {
  const dimension = protobuf().integer(1, 1)
  const type = protobuf().integer(1, bfloat16).message(2, protobuf().message(1, dimension))
  const output = protobuf().text(1, unreadable).message(2, protobuf().message(1, type))
  const head = protobuf().message(7, protobuf().message(12, output)).toBytes()
  const whole = new Uint8Array(head.length + model.length)
  whole.set(head)
  whole.set(model, head.length)
  return whole
}

/** Every form once, on whole numbers, so that correct implementations agree exactly. */
function isCorrect(candidate: Multiply): boolean {
  const [M, N, K] = [3, 5, 4]
  const numbers = (length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => ((i * 7) % 11) - 5)
  return [0, 1, 2, 3, 4, 5, 6, 7].every((form) => {
    const options = { transA: (form & 1) > 0, transB: (form & 2) > 0, accumulate: form > 3 }
    const [y, expected] = [numbers(M * N), numbers(M * N)]
    candidate(M, N, K, numbers(M * K), numbers(K * N), y, options)
    gemm(M, N, K, numbers(M * K), numbers(K * N), expected, options)
    return y.every((value, i) => value === expected[i])
  })
}
