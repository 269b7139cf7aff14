/** y = op(a) op(b) on dense row-major matrices, by the fastest provider that works on this machine. */
import { LimbicError } from '../../core/errors/index.ts'
import type { FloatArray } from '../../core/types.ts'
import { multiplyInJavaScript } from './javascript.ts'
import type { GemmCall, GemmProvider, GemmProviderName } from './provider.ts'
import { selectGemmProvider } from './select-provider.ts'

export interface GemmOptions {
  /** `a` is stored `[K x M]`. */
  readonly transA?: boolean
  /** `b` is stored `[N x K]`. */
  readonly transB?: boolean
  /** Add to `y` instead of overwriting it. */
  readonly accumulate?: boolean
}

/** Products with fewer multiplications than this are quicker in JavaScript than by a call into native code (about 8 microseconds). */
const smallProduct = 4096

/** Opened at first use, once per thread: opening costs tens of milliseconds. */
let opened: GemmProvider | undefined

/**
 * Multiplies two matrices: y = op(a) op(b), or y += op(a) op(b).
 *
 * @param M - Rows of y.
 * @param N - Columns of y.
 * @param K - Depth: columns of op(a), rows of op(b). With K = 0 the product is zero.
 * @param a - `[M x K]`, or `[K x M]` with `transA`.
 * @param b - `[K x N]`, or `[N x K]` with `transB`.
 * @param y - `[M x N]`, written in place; must not overlap `a` or `b`.
 * @param options - Transposes and accumulation, all off by default.
 * @returns Nothing; the result is in `y`.
 * @throws {LimbicError} `SHAPE_MISMATCH` when a length does not fit; `VALUE_INVALID` when float32 and float64 arrays are mixed;
 *   `GEMM_UNAVAILABLE` when LIMBIC_GEMM asks for a provider that does not work here.
 * @remarks O(M N K): about 100 GFLOP/s per core in float32 with ONNX Runtime, 30 with WebAssembly. Sums are kept in the type of the
 *   operands, in an order that depends on the provider.
 * @example
 * const y = (() => { const r = new Float64Array(1); gemm(1, 1, 2, Float64Array.of(1, 2), Float64Array.of(3, 4), r); return r[0] })() // y = 11
 */
export function gemm(
  M: number,
  N: number,
  K: number,
  a: FloatArray,
  b: FloatArray,
  y: FloatArray,
  options: GemmOptions = {},
): void {
  const { transA = false, transB = false, accumulate = false } = options
  assertOperands(M, N, K, a, b, y)
  if (M === 0 || N === 0 || K === 0) {
    if (!accumulate) y.fill(0)
    return
  }
  const call: GemmCall = { M, N, K, a, b, y, transA, transB, accumulate }
  if (M * N * K < smallProduct) multiplyInJavaScript(call)
  else provider().multiply(call)
}

/**
 * Tells which provider multiplies on this thread; opens it if need be.
 *
 * @returns Name of the provider.
 * @throws {LimbicError} `GEMM_UNAVAILABLE` when LIMBIC_GEMM asks for a provider that does not work here.
 */
export function gemmProvider(): GemmProviderName {
  return provider().name
}

function provider(): GemmProvider {
  return (opened ??= selectGemmProvider(process.env.LIMBIC_GEMM))
}

function assertOperands(
  M: number,
  N: number,
  K: number,
  a: FloatArray,
  b: FloatArray,
  y: FloatArray,
): void {
  if (a.length !== M * K || b.length !== K * N || y.length !== M * N)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'the operands of a matrix product',
      expected: `${M * K}, ${K * N} and ${M * N} elements (M = ${M}, N = ${N}, K = ${K})`,
      found: `${a.length}, ${b.length} and ${y.length}`,
    })
  if (a.constructor !== y.constructor || b.constructor !== y.constructor)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the operands of a matrix product',
      expected: 'three Float32Arrays or three Float64Arrays',
      found: `${a.constructor.name}, ${b.constructor.name} and ${y.constructor.name}`,
    })
}
