/** The matrix product in plain loops: for products too small to be worth a call into native code, and where nothing else loads. */
import type { GemmCall } from './provider.ts'

/**
 * y = op(a) op(b), added to y when `accumulate`; sums are kept in float64.
 *
 * @param call - Operands and sizes, row-major.
 * @returns Nothing; `y` is overwritten.
 * @throws Never.
 * @remarks O(M N K), about 1 GFLOP/s.
 */
export function multiplyInJavaScript(call: GemmCall): void {
  const { M, N, K, a, b, y, transA, transB, accumulate } = call
  const aRow = transA ? 1 : K
  const aColumn = transA ? M : 1
  const sums = new Float64Array(N)
  for (let i = 0; i < M; i++) {
    if (transB) dotRows(a, i * aRow, aColumn, b, N, K, sums)
    else addScaledRows(a, i * aRow, aColumn, b, N, K, sums)
    const row = i * N
    if (accumulate) for (let j = 0; j < N; j++) y[row + j]! += sums[j]!
    else for (let j = 0; j < N; j++) y[row + j] = sums[j]!
  }
}

type Numbers = GemmCall['a']

/** b is stored N x K: both operands of each dot product run along memory. */
function dotRows(
  a: Numbers,
  aStart: number,
  aStep: number,
  b: Numbers,
  N: number,
  K: number,
  sums: Float64Array,
): void {
  for (let j = 0; j < N; j++) {
    let sum = 0
    for (let k = 0, p = aStart, q = j * K; k < K; k++, p += aStep, q++) sum += a[p]! * b[q]!
    sums[j] = sum
  }
}

/** b is stored K x N: whole rows of b are added up, so that memory is read in order. */
function addScaledRows(
  a: Numbers,
  aStart: number,
  aStep: number,
  b: Numbers,
  N: number,
  K: number,
  sums: Float64Array,
): void {
  sums.fill(0)
  for (let k = 0, p = aStart, q = 0; k < K; k++, p += aStep) {
    const factor = a[p]!
    for (let j = 0; j < N; j++, q++) sums[j]! += factor * b[q]!
  }
}
