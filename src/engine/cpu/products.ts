/**
 * Matrix products of the CPU engine, in place and on the threads it was given: `[M x K] [K x N] -> [M x N]`, row-major float32.
 *
 * A result does not depend on the number of threads, to the last bit. ONNX Runtime shares the rows of a product out among threads, or its
 * columns where there are more of them, and adds along K in blocks whose size depends on the number of columns of a thread. So threads
 * are used where rows are shared out, and where every thread keeps so many columns that the blocks stay as they are.
 */
import { gemm, gemmProvider, type GemmOptions } from '../../math/gemm/index.ts'
import { loadOnnxBinding, type OnnxBinding } from '../../math/gemm/onnx-binding.ts'
import { openInPlaceSession, type InPlaceSession } from './in-place-session.ts'

/** y = op(a) op(b), or y += op(a) op(b). */
export type Multiply = (
  M: number,
  N: number,
  K: number,
  a: Float32Array,
  b: Float32Array,
  y: Float32Array,
  options?: GemmOptions,
) => void

/** Sizes of the products of planes: `[count x M x K] [count x K x N] -> [count x M x N]`. */
export interface Planes {
  readonly count: number
  readonly M: number
  readonly N: number
  readonly K: number
  /** `a` is stored `[count x K x M]`. */
  readonly transA?: boolean
}

type MultiplyPlanes = (planes: Planes, a: Float32Array, b: Float32Array, y: Float32Array) => void

export interface Products {
  /**
   * Multiplies two matrices in place; `y` must not overlap `a` or `b`. Throws `SHAPE_MISMATCH` when a length does not fit a small product,
   * ONNX Runtime's own error for a large one.
   */
  readonly multiply: Multiply
  /** Multiplies many matrices at once, each with its own partner. */
  readonly multiplyPlanes: MultiplyPlanes
}

/** Smaller results are copied faster than an error is made. */
const smallResult = 4096

/** Columns of a thread from which on ONNX Runtime adds along K in the same blocks, however many there are. */
const columnsPerThread = 128

/**
 * Makes the products: in place where ONNX Runtime multiplies and works as expected, by `gemm` everywhere else.
 *
 * @param threads - Threads that a product may use, at least 1.
 * @returns The products.
 * @throws {LimbicError} `GEMM_UNAVAILABLE` when LIMBIC_GEMM asks for a provider that does not work here.
 */
export function createProducts(threads: number): Products {
  const copying = fromMultiply(gemm)
  if (gemmProvider() !== 'onnxruntime') return copying
  try {
    const candidate = inPlaceProducts(loadOnnxBinding(), threads)
    return isCorrect(candidate) ? candidate : copying
  } catch {
    return copying
  }
}

function fromMultiply(multiply: Multiply): Products {
  return {
    multiply,
    multiplyPlanes({ count, M, N, K, transA = false }, a, b, y) {
      const plane = (values: Float32Array, size: number, i: number): Float32Array =>
        values.subarray(i * size, (i + 1) * size)
      for (let i = 0; i < count; i++) {
        const [p, q, r] = [plane(a, M * K, i), plane(b, K * N, i), plane(y, M * N, i)]
        multiply(M, N, K, p, q, r, { transA })
      }
    },
  }
}

function inPlaceProducts(binding: OnnxBinding, threads: number): Products {
  const sessionFor = keepSessions()
  return {
    multiply(M, N, K, a, b, y, options = {}) {
      if (M * N < smallResult || K === 0) return gemm(M, N, K, a, b, y, options)
      const { transA = false, transB = false, accumulate = false } = options
      const isShared = M >= N || N >= columnsPerThread * threads
      const key = +isShared | (+transA << 1) | (+transB << 2) | (+accumulate << 3)
      const session = sessionFor(key, () =>
        openProduct(binding, isShared ? threads : 1, { transA, transB, accumulate }),
      )
      const result = { data: y, shape: [M, N] }
      const inputs = {
        a: { data: a, shape: transA ? [K, M] : [M, K] },
        b: { data: b, shape: transB ? [N, K] : [K, N] },
      }
      // The operator may add a matrix; given y itself, it accumulates in place.
      session(accumulate ? { ...inputs, c: result } : inputs, result)
    },
    multiplyPlanes({ count, M, N, K, transA = false }, a, b, y) {
      const session = sessionFor(planesKey + +transA, () => openPlanes(binding, threads, transA))
      const inputs = {
        a: { data: a, shape: transA ? [count, K, M] : [count, M, K] },
        b: { data: b, shape: [count, K, N] },
      }
      session(inputs, { data: y, shape: [count, M, N] })
    },
  }
}

/** Larger than every key of a single product. */
const planesKey = 16

/** Sessions are opened when first needed: each costs a millisecond and its threads. */
function keepSessions(): (key: number, open: () => InPlaceSession) => InPlaceSession {
  const sessions = new Map<number, InPlaceSession>()
  return (key, open) => {
    let session = sessions.get(key)
    if (session === undefined) sessions.set(key, (session = open()))
    return session
  }
}

function openProduct(
  binding: OnnxBinding,
  threads: number,
  { transA, transB, accumulate }: Required<GemmOptions>,
): InPlaceSession {
  return openInPlaceSession(binding, threads, (graph) => {
    const inputs = accumulate ? ['a', 'b', 'c'] : ['a', 'b']
    for (const input of inputs) graph.input(input, [`${input}_rows`, `${input}_columns`])
    return { name: graph.node('Gemm', inputs, { transA: +transA, transB: +transB }), rank: 2 }
  })
}

/** Whole planes are shared out among the threads. */
function openPlanes(binding: OnnxBinding, threads: number, transA: boolean): InPlaceSession {
  return openInPlaceSession(binding, threads, (graph) => {
    const inputs = ['a', 'b']
    for (const input of inputs) graph.input(input, ['count', `${input}_rows`, `${input}_columns`])
    // The standard operator transposes nothing.
    const name = transA
      ? graph.node('com.microsoft.FusedMatMul', inputs, { transA: 1 })
      : graph.node('MatMul', inputs)
    return { name, rank: 3 }
  })
}

/** Every form once, on whole numbers, so that correct implementations agree exactly. */
function isCorrect({ multiply, multiplyPlanes }: Products): boolean {
  const expected = fromMultiply(gemm)
  const [M, N, K, count] = [80, 65, 4, 3]
  const numbers = (length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => ((i * 7) % 11) - 5)
  const agree = (length: number, run: (y: Float32Array, by: Products) => void): boolean => {
    const [y, reference] = [numbers(length), numbers(length)]
    run(y, { multiply, multiplyPlanes })
    run(reference, expected)
    return y.every((value, i) => value === reference[i])
  }
  const single = [0, 1, 2, 3, 4, 5, 6, 7].every((form) => {
    const options = { transA: (form & 1) > 0, transB: (form & 2) > 0, accumulate: form > 3 }
    return agree(M * N, (y, by) => by.multiply(M, N, K, numbers(M * K), numbers(K * N), y, options))
  })
  const [a, b] = [numbers(count * M * K), numbers(count * K * N)]
  const planes = [false, true].every((transA) =>
    agree(count * M * N, (y, by) => by.multiplyPlanes({ count, M, N, K, transA }, a, b, y)),
  )
  return single && planes
}
