import { describe, it, expect } from 'vitest'
import { createOnnxGraph } from '../../../src/math/gemm/onnx-graph.ts'
import { protobuf } from '../../../src/math/gemm/protobuf.ts'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

describe('createOnnxGraph', () => {
  it('names outputs apart, and takes names', () => {
    const graph = createOnnxGraph('g')
    const x = graph.input('x', [1])
    expect(graph.node('Relu', [x])).not.toBe(graph.node('Relu', [x]))
    expect(graph.node('Relu', [x], {}, 'mine')).toBe('mine')
  })

  it('writes the bytes that the format asks for', () => {
    const graph = createOnnxGraph('g')
    graph.output(graph.node('Relu', [graph.input('x', ['n', 3])], {}, 'y'), ['n', 3], 'float64')
    const value = (name: string, element: number): string =>
      `\x0a\x01${name}\x12\x0f\x0a\x0d\x08${String.fromCharCode(element)}\x12\x09\x0a\x03\x12\x01n\x0a\x02\x08\x03`
    const node = '\x0a\x01x\x12\x01y\x1a\x06node_y\x22\x04Relu'
    const body = `\x0a${String.fromCharCode(node.length)}${node}\x12\x01g\x5a\x14${value('x', 1)}\x62\x14${value('y', 11)}`
    const whole = `\x08\x08\x12\x06limbic\x3a${String.fromCharCode(body.length)}${body}\x42\x04\x0a\x00\x10\x11`
    expect(text(graph.toBytes())).toBe(whole)
  })

  it('declares the domain of an operator of ONNX Runtime itself, and only then', () => {
    const modelOf = (operator: string): string => {
      const graph = createOnnxGraph('g')
      graph.output(graph.node(operator, [graph.input('a', [2, 3])], {}, 'y'), [2, 3])
      return text(graph.toBytes())
    }
    const own = modelOf('com.microsoft.Gelu')
    expect(own).toContain('\x22\x04Gelu\x3a\x0dcom.microsoft')
    expect(own.endsWith('\x42\x11\x0a\x0dcom.microsoft\x10\x01')).toBe(true)
    expect(modelOf('Relu')).not.toContain('com.microsoft')
  })
})

describe('protobuf', () => {
  it('writes varints, also long and negative ones', () => {
    expect([...protobuf().integer(1, 300).toBytes()]).toEqual([8, 172, 2])
    expect([...protobuf().integer(1, -1).toBytes()]).toEqual([8, ...Array<number>(9).fill(255), 1])
    expect([...protobuf().integer(20, 0).toBytes()]).toEqual([160, 1, 0])
  })

  it('writes floats, text and messages inside messages', () => {
    expect([...protobuf().float(2, 1).toBytes()]).toEqual([21, 0, 0, 128, 63])
    const inner = protobuf().text(1, 'é')
    expect([...protobuf().message(3, inner).toBytes()]).toEqual([26, 4, 10, 2, 195, 169])
  })
})
