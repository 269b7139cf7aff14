/** Convolution, pooling and normalisation of volumes on an engine -> their errors against plain loops; `[N, D, H, W, C]`. */
import type { Engine } from '../engine.ts'
import { compare, noise, type OperationCheck } from './compare.ts'
import {
  referenceMaxPool,
  referenceNormRelu,
  referenceVolumeConvolution,
  type ReferenceVolume,
} from './volume-reference.ts'
import type { Tensor, Tensor5D } from '@tensorflow/tfjs-core'

type Padding = 'same' | 'valid'

/** The kinds of a residual network: stem, sampling projection, wide 3x3x3; odd and even sizes. */
const convolutions: readonly (ReferenceVolume & { name: string; pad: Padding })[] = [
  {
    ...{ name: 'conv3d with stride', pad: 'same', N: 2, C: 1, Cout: 5 },
    ...{ input: [7, 6, 5], output: [4, 3, 3], filter: [7, 7, 7] },
    ...{ strides: [2, 2, 2], before: [3, 2, 3] },
  },
  {
    ...{ name: 'conv3d of single voxels', pad: 'valid', N: 3, C: 6, Cout: 7 },
    ...{ input: [4, 3, 5], output: [2, 2, 3], filter: [1, 1, 1] },
    ...{ strides: [2, 2, 2], before: [0, 0, 0] },
  },
  {
    ...{ name: 'conv3d', pad: 'same', N: 1, C: 32, Cout: 32 },
    ...{ input: [4, 5, 7], output: [4, 5, 7], filter: [3, 3, 3] },
    ...{ strides: [1, 1, 1], before: [1, 1, 1] },
  },
]

/** An uneven border, and windows of negative values only. */
const pooling: ReferenceVolume = {
  ...{ N: 2, C: 4, Cout: 4, input: [6, 5, 4], output: [3, 3, 2] },
  ...{ filter: [3, 3, 3], strides: [2, 2, 2], before: [0, 1, 0] },
}

const epsilon = 1e-3

/**
 * Tests the operations on volumes.
 *
 * @param engine - The engine; its backend must be the current one.
 * @returns The error of every operation.
 * @throws Never.
 */
export async function checkVolumes(engine: Engine): Promise<OperationCheck[]> {
  const checks: OperationCheck[] = []
  for (const convolution of convolutions)
    checks.push(...(await checkConvolution(engine, convolution)))
  return [...checks, ...(await checkMaxPool(engine)), ...(await checkNormRelu(engine))]
}

async function checkConvolution(
  { tf }: Engine,
  { name, pad, ...shape }: (typeof convolutions)[number],
): Promise<OperationCheck[]> {
  const { N, C, Cout, strides } = shape
  const xShape = [N, ...shape.input, C]
  const filterShape = [...shape.filter, C, Cout]
  const [x, filter] = [noise(sizeOf(xShape), 'x'), noise(sizeOf(filterShape), 'filter')]
  const dy = noise(sizeOf([N, ...shape.output, Cout]), 'dy')
  const results = tf.tidy(() => {
    const inputs = [tf.tensor(x, xShape), tf.tensor(filter, filterShape)] as const
    const convolve = (input: Tensor, weights: Tensor): Tensor =>
      tf.conv3d(input as Tensor5D, weights as Tensor5D, [...strides], pad)
    const gradient = tf.tensor(dy, [N, ...shape.output, Cout])
    return [convolve(...inputs), ...tf.grads(convolve)([...inputs], gradient)]
  })
  const { y, dx, dFilter } = referenceVolumeConvolution(shape, x, filter, dy)
  return [
    await compare(name, results[0]!, y),
    await compare(`${name}, gradient of the input`, results[1]!, dx),
    await compare(`${name}, gradient of the filter`, results[2]!, dFilter),
  ]
}

async function checkMaxPool({ tf }: Engine): Promise<OperationCheck[]> {
  const { N, C, input, output } = pooling
  const x = noise(sizeOf([N, ...input, C]), 'x').map((value) => value - 10)
  const dy = noise(sizeOf([N, ...output, C]), 'dy')
  const results = tf.tidy(() => {
    const volume = tf.tensor(x, [N, ...input, C])
    const pool = (t: Tensor): Tensor => tf.maxPool3d(t as Tensor5D, 3, 2, 'same')
    return [pool(volume), tf.grad(pool)(volume, tf.tensor(dy, [N, ...output, C]))]
  })
  const { y, dx } = referenceMaxPool(pooling, x, dy)
  return [
    await compare('maxPool3d', results[0]!, y),
    await compare('maxPool3d, gradient', results[1]!, dx),
  ]
}

/** Batch normalisation and ReLU on rows of channels; on one voxel per sample, so that the fused form (if any) is the same. */
async function checkNormRelu({ tf, fused }: Engine): Promise<OperationCheck[]> {
  const [nRows, C] = [11, 8]
  const [x, dy] = [noise(nRows * C, 'x'), noise(nRows * C, 'dy')]
  const [gamma, beta] = [noise(C, 'gamma'), noise(C, 'beta')]
  const plain = (rows: Tensor, scale: Tensor, shift: Tensor): Tensor => {
    const { mean, variance } = tf.moments(rows, 0)
    const inverse = tf.rsqrt(tf.add(variance, epsilon))
    return tf.relu(tf.add(tf.mul(tf.mul(tf.sub(rows, mean), inverse), scale), shift))
  }
  const ofBlock = (rows: Tensor, scale: Tensor, shift: Tensor): Tensor => {
    const [movingMean, movingVariance] = [tf.variable(tf.zeros([C])), tf.variable(tf.ones([C]))]
    const norm = { gamma: scale, beta: shift, movingMean, movingVariance }
    const volume: Tensor5D = tf.reshape(rows, [nRows, 1, 1, 1, C])
    const y = fused!.head(volume, norm, { training: true, epsilon })
    tf.dispose([movingMean, movingVariance])
    return y
  }
  const expected = referenceNormRelu(x, gamma, beta, epsilon, dy)
  const checks: OperationCheck[] = []
  for (const apply of fused === undefined ? [plain] : [plain, ofBlock]) {
    const name = `batch normalisation${apply === plain ? '' : ' in a fused block'}`
    const results = tf.tidy(() => {
      const inputs = [tf.tensor2d(x, [nRows, C]), tf.tensor1d(gamma), tf.tensor1d(beta)] as const
      const gradients = tf.grads(apply)([...inputs], tf.tensor2d(dy, [nRows, C]))
      return [apply(...inputs), ...gradients]
    })
    const names = ['', ', gradient of the input', ', gradient of the scale', ', of the shift']
    const { y, dx, dGamma, dBeta } = expected
    for (const [i, reference] of [y, dx, dGamma, dBeta].entries())
      checks.push(await compare(name + names[i]!, results[i]!, reference))
  }
  return checks
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
