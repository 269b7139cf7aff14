import { describe, it, expect } from 'vitest'
import { openEngine } from '../../../src/engine/index.ts'
import { foldNormalisation, normalisationOf, turnKernel } from '../../../src/engine/onnx/weights.ts'

const { tf } = await openEngine('cpu')

describe('turnKernel', () => {
  it('puts outputs first and positions last', () => {
    // 2 positions, 2 channels, 3 outputs; each number says (position, channel, output).
    const kernel = Float32Array.of(1, 2, 3, 11, 12, 13, 101, 102, 103, 111, 112, 113)
    const turned = turnKernel(kernel, [2, 2, 3])
    expect([...turned]).toEqual([1, 101, 11, 111, 2, 102, 12, 112, 3, 103, 13, 113])
  })
})

describe('normalisationOf', () => {
  it('works without scale and centre', () => {
    const layer = tf.layers.batchNormalization({ scale: false, center: false, epsilon: 0 })
    layer.build([null, 2])
    const { scale, shift } = normalisationOf(layer, [Float32Array.of(1, 2), Float32Array.of(4, 16)])
    expect([...scale]).toEqual([0.5, 0.25])
    expect([...shift]).toEqual([-0.5, -0.5])
  })
})

describe('foldNormalisation', () => {
  it('scales every output column and moves the bias', () => {
    const folded = foldNormalisation(
      Float32Array.of(1, 2, 3, 4),
      Float32Array.of(1, 1),
      Float32Array.of(2, 10),
      Float32Array.of(5, 7),
    )
    expect([...folded.kernel]).toEqual([2, 20, 6, 40])
    expect([...folded.bias]).toEqual([7, 17])
  })
})
