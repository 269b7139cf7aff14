import { describe, it, expect } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import { openOnnxSession } from '../../../src/engine/onnx/index.ts'
import { createOnnxGraph } from '../../../src/math/gemm/onnx-graph.ts'

/** x [batch x 2] -> 2 x + 1. */
function doubling(): Uint8Array {
  const graph = createOnnxGraph('doubling')
  const x = graph.input('x', ['batch', 2])
  const twice = graph.node('Mul', [x, graph.constant([1], Float32Array.of(2))])
  const y = graph.node('Add', [twice, graph.constant([2], Float32Array.of(1, 1))], {}, 'y')
  graph.output(y, ['batch', 2])
  return graph.toBytes()
}

const codeOf = (call: () => unknown): string | undefined => {
  try {
    call()
  } catch (error) {
    return isLimbicError(error) ? error.code : 'not ours'
  }
  return undefined
}

describe('openOnnxSession', () => {
  it('runs one sample and many, and leaves earlier results alone', () => {
    const session = openOnnxSession(doubling())
    expect(session.sampleShape).toEqual([2])
    const first = session.run(Float32Array.of(1, 2))
    const second = session.run(Float32Array.of(0, 1, 2, 3))
    expect([...first]).toEqual([3, 5])
    expect([...second]).toEqual([1, 3, 5, 7])
    session.dispose()
  })

  it('runs on two threads as on one', () => {
    const session = openOnnxSession(doubling(), { threads: 2 })
    expect([...session.run(Float32Array.of(1, 2))]).toEqual([3, 5])
    session.dispose()
  })

  it('refuses half a sample, none, and bytes that are no model', () => {
    const session = openOnnxSession(doubling())
    expect(codeOf(() => session.run(new Float32Array(3)))).toBe('SHAPE_MISMATCH')
    expect(codeOf(() => session.run(new Float32Array(0)))).toBe('SHAPE_MISMATCH')
    expect(codeOf(() => openOnnxSession(Uint8Array.of(1, 2, 3)))).toBe('ONNX_RUNTIME_UNAVAILABLE')
    session.dispose()
  })
})
