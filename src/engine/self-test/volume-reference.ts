/** Convolution, max pooling and batch normalisation of volumes in plain float64 loops, as their definitions read; `[N, D, H, W, C]`. */

type Numbers = ArrayLike<number>
type Triple = readonly [number, number, number]

/** Input `[N, ...input, C]`, filter `[...filter, C, Cout]`, output `[N, ...output, Cout]`, `before` voxels of border before the input. */
export interface ReferenceVolume {
  readonly N: number
  readonly C: number
  readonly Cout: number
  readonly input: Triple
  readonly output: Triple
  readonly filter: Triple
  readonly strides: Triple
  readonly before: Triple
}

/**
 * Convolution of volumes and both gradients of sum(y * dy).
 *
 * @param shape - Sizes.
 * @param x - Input.
 * @param filter - Filter.
 * @param dy - Weights of the outputs in the sum.
 * @returns Output, gradient of the input and gradient of the filter, in the shapes of output, input and filter.
 * @throws Never.
 */
export function referenceVolumeConvolution(
  shape: ReferenceVolume,
  x: Numbers,
  filter: Numbers,
  dy: Numbers,
): { y: Float64Array; dx: Float64Array; dFilter: Float64Array } {
  const { C, Cout } = shape
  const y = new Float64Array(dy.length)
  const dx = new Float64Array(x.length)
  const dFilter = new Float64Array(filter.length)
  eachTap(shape, (row, voxel, tap) => {
    for (let c = 0; c < C; c++) {
      const from = voxel * C + c
      const value = x[from]!
      let gradient = 0
      for (let o = 0; o < Cout; o++) {
        const [at, to] = [(tap * C + c) * Cout + o, row * Cout + o]
        y[to]! += value * filter[at]!
        gradient += dy[to]! * filter[at]!
        dFilter[at]! += dy[to]! * value
      }
      dx[from]! += gradient
    }
  })
  return { y, dx, dFilter }
}

/**
 * Max pooling of volumes and the gradient of sum(y * dy).
 *
 * @param shape - Sizes; as many output as input channels.
 * @param x - Input; without equal values in one window, whose gradient is not defined.
 * @param dy - Weights of the outputs in the sum.
 * @returns Output and gradient of the input.
 * @throws Never.
 */
export function referenceMaxPool(
  shape: ReferenceVolume,
  x: Numbers,
  dy: Numbers,
): { y: Float64Array; dx: Float64Array } {
  const { C } = shape
  const y = new Float64Array(dy.length).fill(-Infinity)
  const winner = new Int32Array(dy.length)
  eachTap(shape, (row, voxel) => {
    for (let c = 0; c < C; c++) {
      const value = x[voxel * C + c]!
      if (value < y[row * C + c]!) continue
      y[row * C + c] = value
      winner[row * C + c] = voxel * C + c
    }
  })
  const dx = new Float64Array(x.length)
  winner.forEach((from, to) => (dx[from]! += dy[to]!))
  return { y, dx }
}

/**
 * Batch normalisation by the batch's own moments, then ReLU, and the gradients of sum(y * dy).
 *
 * @param x - `[rows x C]`.
 * @param gamma - Scale, `[C]`.
 * @param beta - Shift, `[C]`.
 * @param epsilon - Added to the (biased) variance.
 * @param dy - Weights of the outputs in the sum.
 * @returns Output, mean, variance, and the gradients of input, scale and shift.
 * @throws Never.
 * @see Ioffe and Szegedy (2015), arXiv 1502.03167, section 3.
 */
export function referenceNormRelu(
  x: Numbers,
  gamma: Numbers,
  beta: Numbers,
  epsilon: number,
  dy: Numbers,
): Record<'y' | 'mean' | 'variance' | 'dx' | 'dGamma' | 'dBeta', Float64Array> {
  const C = gamma.length
  const nRows = x.length / C
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)]
  const [mean, variance, dGamma, dBeta] = Array.from({ length: 4 }, () => new Float64Array(C))
  for (let c = 0; c < C; c++) {
    const rows = Array.from({ length: nRows }, (_, r) => r * C + c)
    const average = (of: (at: number) => number): number =>
      rows.reduce((sum, at) => sum + of(at), 0) / nRows
    const m = (mean![c] = average((at) => x[at]!))
    const v = (variance![c] = average((at) => (x[at]! - m) ** 2))
    const inverse = 1 / Math.sqrt(v + epsilon)
    const standard = (at: number): number => (x[at]! - m) * inverse
    for (const at of rows) y[at] = Math.max(0, standard(at) * gamma[c]! + beta[c]!)
    const open = (at: number): number => (y[at]! > 0 ? dy[at]! : 0)
    const [meanOpen, meanAlong] = [average(open), average((at) => open(at) * standard(at))]
    dBeta![c] = meanOpen * nRows
    dGamma![c] = meanAlong * nRows
    for (const at of rows)
      dx[at] = gamma[c]! * inverse * (open(at) - meanOpen - standard(at) * meanAlong)
  }
  return { y, mean: mean!, variance: variance!, dx, dGamma: dGamma!, dBeta: dBeta! }
}

/** Calls back for every pair of an output voxel (row) and an input voxel that a tap of the filter joins. */
function eachTap(
  { N, input, output, filter, strides, before }: ReferenceVolume,
  pair: (row: number, voxel: number, tap: number) => void,
): void {
  const [nRows, nTaps] = [N * volume(output), volume(filter)]
  for (let row = 0; row < nRows; row++)
    for (let tap = 0; tap < nTaps; tap++) {
      const [to, offset] = [positionIn(output, row), positionIn(filter, tap)]
      const at = to.map((index, axis) => index * strides[axis]! - before[axis]! + offset[axis]!)
      if (at.some((index, axis) => index < 0 || index >= input[axis]!)) continue
      const [d, h, w] = at as [number, number, number]
      const sample = Math.floor(row / volume(output))
      pair(row, ((sample * input[0] + d) * input[1] + h) * input[2] + w, tap)
    }
}

function positionIn([depth, height, width]: Triple, index: number): Triple {
  return [
    Math.floor(index / (width * height)) % depth,
    Math.floor(index / width) % height,
    index % width,
  ]
}

function volume([depth, height, width]: Triple): number {
  return depth * height * width
}
