/** Convolution, matrix product and Adam in plain float64 loops, as their definitions read: what engines are measured against. */

/** `[N, H, W, C]` input, `[kh, kw, C, Cout]` filter, equal stride on both axes, `top` and `left` rows and columns of zeros before. */
export interface ReferenceConvolution {
  readonly input: readonly [N: number, H: number, W: number, C: number]
  readonly filter: readonly [kh: number, kw: number, C: number, Cout: number]
  readonly output: readonly [N: number, Ho: number, Wo: number, Cout: number]
  readonly stride: number
  readonly top: number
  readonly left: number
}

type Numbers = ArrayLike<number>

/**
 * Convolution and both gradients of sum(y * weights).
 *
 * @param shape - Sizes.
 * @param x - Input, `[N, H, W, C]`.
 * @param filter - `[kh, kw, C, Cout]`.
 * @param dy - Weights of the outputs in the sum, `[N, Ho, Wo, Cout]`.
 * @returns Output, gradient of the input and gradient of the filter, in the shapes of output, input and filter.
 * @throws Never.
 */
export function referenceConvolution(
  shape: ReferenceConvolution,
  x: Numbers,
  filter: Numbers,
  dy: Numbers,
): { y: Float64Array; dx: Float64Array; dFilter: Float64Array } {
  const { input, output, stride, top, left } = shape
  const [, H, W, C] = input
  const [N, Ho, Wo, Cout] = output
  const [kh, kw] = shape.filter
  const y = new Float64Array(N * Ho * Wo * Cout)
  const dx = new Float64Array(x.length)
  const dFilter = new Float64Array(filter.length)
  for (let r = 0; r < N * Ho * Wo; r++)
    for (let tap = 0; tap < kh * kw; tap++) {
      const h = (Math.floor(r / Wo) % Ho) * stride - top + Math.floor(tap / kw)
      const w = (r % Wo) * stride - left + (tap % kw)
      if (h < 0 || h >= H || w < 0 || w >= W) continue
      const from = ((Math.floor(r / (Ho * Wo)) * H + h) * W + w) * C
      for (let c = 0; c < C; c++)
        for (let o = 0; o < Cout; o++) {
          const at = (tap * C + c) * Cout + o
          y[r * Cout + o]! += x[from + c]! * filter[at]!
          dx[from + c]! += dy[r * Cout + o]! * filter[at]!
          dFilter[at]! += dy[r * Cout + o]! * x[from + c]!
        }
    }
  return { y, dx, dFilter }
}

/**
 * Matrix product.
 *
 * @param M - Rows of the result.
 * @param N - Columns of the result.
 * @param K - Depth.
 * @param a - `[M x K]`.
 * @param b - `[K x N]`.
 * @returns `[M x N]`.
 * @throws Never.
 */
export function referenceMatMul(
  M: number,
  N: number,
  K: number,
  a: Numbers,
  b: Numbers,
): Float64Array {
  const y = new Float64Array(M * N)
  for (let i = 0; i < M; i++)
    for (let j = 0; j < N; j++)
      for (let k = 0; k < K; k++) y[i * N + j]! += a[i * K + k]! * b[k * N + j]!
  return y
}

/**
 * Adam on the gradients given, one after another.
 *
 * @param w - Initial weights.
 * @param gradients - One gradient per step, each as long as `w`.
 * @param learningRate - Constant learning rate; beta1 0.9, beta2 0.999, epsilon 1e-7.
 * @returns The weights after the last step.
 * @throws Never.
 */
export function referenceAdam(
  w: Numbers,
  gradients: readonly Numbers[],
  learningRate: number,
): Float64Array {
  const [weights, m, v] = [
    Float64Array.from(w),
    new Float64Array(w.length),
    new Float64Array(w.length),
  ]
  gradients.forEach((gradient, i) => {
    for (let j = 0; j < w.length; j++) {
      m[j] = 0.9 * m[j]! + 0.1 * gradient[j]!
      v[j] = 0.999 * v[j]! + 0.001 * gradient[j]! ** 2
      const first = m[j]! / (1 - 0.9 ** (i + 1))
      const second = v[j]! / (1 - 0.999 ** (i + 1))
      weights[j]! -= (learningRate * first) / (Math.sqrt(second) + 1e-7)
    }
  })
  return weights
}
