/** Runs the operations that training depends on and compares them with plain loops: an engine -> its worst error per operation. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Engine } from '../engine.ts'
import { checkVolumes } from './check-volumes.ts'
import { compare, noise, type OperationCheck } from './compare.ts'
import {
  referenceAdam,
  referenceConvolution,
  referenceMatMul,
  type ReferenceConvolution,
} from './reference.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

export type { OperationCheck } from './compare.ts'

/** Far above the rounding of float32 (about 1e-6 here), far below what a wrong index or a lost row does. */
export const selfTestTolerance = 1e-4

/** Both convolution paths, with odd sizes, uneven padding and more than one sample. */
const convolutions: readonly (ReferenceConvolution & { name: string; pad: 'same' | 'valid' })[] = [
  {
    ...{ name: 'conv1d', pad: 'valid', stride: 1, top: 0, left: 0 },
    ...{ input: [3, 1, 23, 5], filter: [1, 4, 5, 9], output: [3, 1, 20, 9] },
  },
  {
    ...{ name: 'conv1d with padding', pad: 'same', stride: 1, top: 0, left: 1 },
    ...{ input: [2, 1, 13, 6], filter: [1, 4, 6, 8], output: [2, 1, 13, 8] },
  },
  {
    ...{ name: 'conv2d with stride', pad: 'same', stride: 2, top: 1, left: 1 },
    ...{ input: [2, 7, 9, 3], filter: [3, 3, 3, 10], output: [2, 4, 5, 10] },
  },
]

/**
 * Tests an engine.
 *
 * @param engine - The engine; its backend must be the current one.
 * @returns The error of every operation.
 * @throws {LimbicError} `ENGINE_SELF_TEST_FAILED` for the first operation whose error is above `selfTestTolerance`.
 * @remarks Takes about 100 milliseconds on the CPU engine.
 */
export async function selfTest(engine: Engine): Promise<OperationCheck[]> {
  const checks: OperationCheck[] = [await checkMatMul(engine), await checkAdam(engine)]
  for (const convolution of convolutions)
    checks.push(...(await checkConvolution(engine, convolution)))
  checks.push(...(await checkVolumes(engine)))
  // Written so that an error of NaN fails.
  const failed = checks.find(({ error }) => !(error < selfTestTolerance))
  if (failed === undefined) return checks
  throw new LimbicError('ENGINE_SELF_TEST_FAILED', {
    engine: engine.name,
    ...failed,
    tolerance: selfTestTolerance,
  })
}

async function checkMatMul({ tf }: Engine): Promise<OperationCheck> {
  const [M, N, K] = [17, 29, 37]
  const [a, b] = [noise(M * K, 'a'), noise(K * N, 'b')]
  const product = tf.tidy(() => tf.matMul(tf.tensor2d(a, [M, K]), tf.tensor2d(b, [K, N])))
  return compare('matMul', product, referenceMatMul(M, N, K, a, b))
}

async function checkAdam(engine: Engine): Promise<OperationCheck> {
  const { tf } = engine
  const initial = noise(13, 'weights')
  const gradients = ['first', 'second', 'third'].map((name) => noise(13, name))
  const optimizer = engine.createAdam({ learningRate: 0.01 })
  const variable = tf.tidy(() => tf.variable(tf.tensor1d(initial)))
  for (const gradient of gradients)
    tf.tidy(() => optimizer.applyGradients({ [variable.name]: tf.tensor1d(gradient) }))
  optimizer.dispose()
  return compare('Adam', variable, referenceAdam(initial, gradients, 0.01))
}

async function checkConvolution(
  { tf }: Engine,
  { name, pad, ...shape }: (typeof convolutions)[number],
): Promise<OperationCheck[]> {
  const size = (axes: readonly number[]): number => axes.reduce((a, b) => a * b, 1)
  const x = noise(size(shape.input), 'x')
  const filter = noise(size(shape.filter), 'filter')
  const dy = noise(size(shape.output), 'dy')
  const results = tf.tidy(() => {
    const inputs = [tf.tensor4d(x, [...shape.input]), tf.tensor4d(filter, [...shape.filter])]
    const convolve = (input: Tensor, weights: Tensor): Tensor =>
      tf.conv2d(input as never, weights as never, shape.stride, pad)
    const gradients = tf.grads(convolve)
    const [first, second] = inputs as [Tensor, Tensor]
    return [convolve(first, second), ...gradients(inputs, tf.tensor4d(dy, [...shape.output]))]
  })
  const { y, dx, dFilter } = referenceConvolution(shape, x, filter, dy)
  return [
    await compare(name, results[0]!, y),
    await compare(`${name}, gradient of the input`, results[1]!, dx),
    await compare(`${name}, gradient of the filter`, results[2]!, dFilter),
  ]
}
