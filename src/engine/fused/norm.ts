/** Batch normalisation followed by ReLU that is never stored: `[rows x C]` -> scale and shift per channel, for whoever reads the rows next. */
import type { KernelContext } from '../cpu/kernel.ts'
import { binaryCodes } from '../cpu/simd.ts'
import { announceRows, type OnRows } from '../cpu/volume-algorithm.ts'
import type { Tf } from '../tf.ts'
import { normDefaults, type BlockSettings, type NormWeights } from './blocks.ts'
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'

/** What the gradient needs later; alive as long as `stats` is. */
export interface Norm {
  readonly C: number
  readonly nRows: number
  /** `[3 x C]`: scale, shift and mean. */
  readonly stats: Tensor
  /** Pointers into `stats`: the rows become relu(x * scale + shift). */
  readonly affine: { readonly scale: number; readonly shift: number }
  readonly mean: number
  /** 1 / sqrt(variance + epsilon). */
  readonly inverse: Float64Array
  /** Whether mean and variance are those of the rows, and so move with them. */
  readonly isOfBatch: boolean
}

interface Moments {
  readonly mean: Float64Array
  readonly variance: Float64Array
}

/**
 * Normalises rows that are being produced.
 *
 * @param tf - TensorFlow.js.
 * @param context - Engine.
 * @param weights - Scale, shift and moving statistics; the latter are brought up to date in training.
 * @param settings - Training or not.
 * @param nRows - How many rows there will be.
 * @param produce - Produces the rows and hands over each piece, once and in order. `bias` is added to every row on the way.
 * @param bias - Pointer to `[C]`, if the rows still lack it.
 * @returns Scale and shift.
 * @throws Never.
 * @remarks One pass: moments are taken about the first row, summed in float64 over pieces, which keeps them free of cancellation.
 */
export function normalise(
  tf: Tf,
  context: KernelContext,
  weights: NormWeights,
  settings: BlockSettings,
  nRows: number,
  produce: (onRows: OnRows) => void,
  bias?: number,
): Norm {
  const { backend } = context
  const { epsilon = normDefaults.epsilon, momentum = normDefaults.momentum } = settings
  const C = weights.gamma.size
  const moments = settings.training
    ? momentsOf(context, C, nRows, produce, bias)
    : movingMoments(context, weights, C, produce, bias)
  if (settings.training) {
    moveTowards(tf, context, weights.movingMean, moments.mean, momentum)
    moveTowards(tf, context, weights.movingVariance, moments.variance, momentum)
  }
  const info = backend.emptyTensor([3, C])
  const pointer = backend.pointerOf(info)
  const inverse = new Float64Array(C)
  const [gamma, beta] = [backend.valuesOf(weights.gamma), backend.valuesOf(weights.beta)]
  const values = backend.valuesOf(info)
  for (let c = 0; c < C; c++) {
    inverse[c] = 1 / Math.sqrt(moments.variance[c]! + epsilon)
    const scale = gamma[c]! * inverse[c]!
    values[c] = scale
    values[C + c] = beta[c]! - moments.mean[c]! * scale
    values[2 * C + c] = moments.mean[c]!
  }
  return {
    ...{ C, nRows, inverse, isOfBatch: settings.training },
    stats: tf.engine().makeTensorFromTensorInfo(info),
    affine: { scale: pointer, shift: pointer + C * 4 },
    mean: pointer + C * 8,
  }
}

/**
 * Normalises rows that exist.
 *
 * @param tf - TensorFlow.js.
 * @param context - Engine.
 * @param weights - Scale, shift and moving statistics; the latter are brought up to date in training.
 * @param settings - Training or not.
 * @param nRows - Number of rows.
 * @param x - Pointer to `[nRows x C]`.
 * @returns Scale and shift.
 * @throws Never.
 */
export function normaliseRows(
  tf: Tf,
  context: KernelContext,
  weights: NormWeights,
  settings: BlockSettings,
  nRows: number,
  x: number,
): Norm {
  return normalise(tf, context, weights, settings, nRows, (onRows) => {
    if (settings.training) announceRows(x, nRows, weights.gamma.size, onRows)
  })
}

function momentsOf(
  { heap, simd }: KernelContext,
  C: number,
  nRows: number,
  produce: (onRows: OnRows) => void,
  bias: number | undefined,
): Moments {
  return heap.withScratch(5 * C, (sum) => {
    const [sumSq, reference] = [sum + C * 8, sum + C * 16]
    simd.fill(sum, 4 * C, 0)
    produce((rows, first, count) => {
      if (first === 0) heap.view(reference, C).set(heap.view(rows, C))
      if (bias === undefined) simd.moments(rows, count, C, reference, sum, sumSq)
      else simd.biasAndMoments(rows, count, C, bias, reference, sum, sumSq)
    })
    const { buffer } = heap.memory
    const [sums, squares] = [new Float64Array(buffer, sum, C), new Float64Array(buffer, sumSq, C)]
    const [mean, variance] = [new Float64Array(C), new Float64Array(C)]
    const from = heap.view(reference, C)
    // Loops: `map` on typed arrays takes ten times as long.
    for (let c = 0; c < C; c++) {
      const shift = sums[c]! / nRows
      mean[c] = shift + from[c]!
      variance[c] = Math.max(0, squares[c]! / nRows - shift * shift)
    }
    return { mean, variance }
  })
}

function movingMoments(
  { backend, simd }: KernelContext,
  { movingMean, movingVariance }: NormWeights,
  C: number,
  produce: (onRows: OnRows) => void,
  bias: number | undefined,
): Moments {
  produce((rows, _first, count) => {
    if (bias !== undefined) simd.binaryRows(binaryCodes.add, rows, bias, rows, count, C)
  })
  return {
    mean: Float64Array.from(backend.valuesOf(movingMean)),
    variance: Float64Array.from(backend.valuesOf(movingVariance)),
  }
}

function moveTowards(
  tf: Tf,
  { backend }: KernelContext,
  moving: NormWeights['movingMean'],
  current: Float64Array,
  momentum: number,
): void {
  const old = backend.valuesOf(moving)
  const next = backend.emptyTensor([current.length])
  const values = backend.valuesOf(next)
  for (let c = 0; c < current.length; c++)
    values[c] = old[c]! * momentum + current[c]! * (1 - momentum)
  tf.tidy(() => moving.assign(tf.engine().makeTensorFromTensorInfo(next) as Tensor1D))
}
