import { describe, it, expect } from 'vitest'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { createOnnxGraph } from '../../../src/math/gemm/onnx-graph.ts'
import { loadOnnxBinding } from '../../../src/math/gemm/onnx-binding.ts'

describe('loadOnnxBinding', () => {
  it('runs a graph synchronously', () => {
    const binding = loadOnnxBinding()
    const graph = createOnnxGraph('scale')
    const input = graph.input('x', ['n'])
    const output = graph.node('Mul', [input, graph.constant([1], Float32Array.of(-2))])
    graph.output(output, ['n'])
    const session = binding.open(graph.toBytes(), {})
    const x = new binding.Tensor('float32', Float32Array.of(1, 2, 3), [3])
    expect([...session.run({ x }, { [output]: null }, {})[output]!.data]).toEqual([-2, -4, -6])
    session.dispose()
  })

  it('belongs to the version of the package that is pinned', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>
    }
    const installed = JSON.parse(
      readFileSync('node_modules/onnxruntime-node/package.json', 'utf8'),
    ) as { version: string }
    expect(dependencies['onnxruntime-node']).toBe(installed.version)
  })

  it('loads in a worker thread', async () => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads')
       const { binding, initOrt } = require('onnxruntime-node/dist/binding.js')
       initOrt()
       parentPort.postMessage(typeof binding.InferenceSession)`,
      { eval: true },
    )
    const answer = await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    await worker.terminate()
    expect(answer).toBe('function')
  })
})
