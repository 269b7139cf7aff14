import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { referenceMatMul } from '../../../src/engine/self-test/reference.ts'
import { noise, onBoth, relativeError, size } from '../_tensors.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

const { tf } = await openEngine('cpu')

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!)
}

describe('matMul', () => {
  const cases = [
    [1, 1, 1],
    [3, 5, 7],
    [1, 130, 33],
    [64, 3, 129],
    [67, 70, 71],
  ] as const

  it.each(cases)('agrees with plain loops, %i x %i over %i, stored either way', (M, N, K) => {
    const [a, b] = [noise(M * K, 'a'), noise(K * N, 'b')]
    const reference = referenceMatMul(M, N, K, a, b)
    for (const transA of [false, true])
      for (const transB of [false, true]) {
        const y = tf.tidy(() => {
          const x = transA ? tf.tensor2d(transposed(a, M, K), [K, M]) : tf.tensor2d(a, [M, K])
          const w = transB ? tf.tensor2d(transposed(b, K, N), [N, K]) : tf.tensor2d(b, [K, N])
          return tf.matMul(x, w, transA, transB).dataSync()
        })
        expect(relativeError(y, reference)).toBeLessThan(1e-5)
      }
  })

  // The stock kernel takes the wrong matrices where only some batch axes are repeated, so it is given them written out.
  it('repeats batch axes of length 1', async () => {
    const shapes = [
      { left: [2, 3, 4, 5], right: [2, 1, 5, 6], batches: [2, 3] },
      { left: [4, 5], right: [3, 5, 6], batches: [3] },
      { left: [3, 4, 5], right: [3, 5, 6], batches: [3] },
      { left: [0, 4, 5], right: [0, 5, 6], batches: [0] },
    ]
    for (const { left, right, batches } of shapes) {
      const operands = (): [Tensor, Tensor] => [
        tf.tensor(noise(size(left), 'a'), left),
        tf.tensor(noise(size(right), 'b'), right),
      ]
      const own = tf.tidy(() => tf.matMul(...operands()).dataSync())
      const { stock } = await onBoth(tf, () =>
        tf.tidy(() => {
          const [a, b] = operands()
          const whole = (x: Tensor): Tensor => tf.broadcastTo(x, [...batches, ...x.shape.slice(-2)])
          return tf.matMul(whole(a), whole(b)).dataSync()
        }),
      )
      expect(relativeError(own, stock)).toBeLessThan(1e-5)
    }
  })

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const)(
    'fuses bias and %s as the single operations would give them',
    async (activation) => {
      const [M, N, K] = [5, 7, 11]
      const run = (): Float32Array =>
        tf.tidy(() => {
          const a = tf.tensor2d(noise(M * K, 'a'), [M, K])
          const b = tf.tensor2d(noise(K * N, 'b'), [K, N])
          const bias = tf.tensor1d(noise(N, 'bias'))
          const options = { a, b, bias, activation, leakyreluAlpha: 0.3 }
          return tf.fused.matMul(options).dataSync<'float32'>()
        })
      const { own, stock } = await onBoth(tf, run)
      expect(relativeError(own, stock)).toBeLessThan(1e-5)
    },
  )
})
