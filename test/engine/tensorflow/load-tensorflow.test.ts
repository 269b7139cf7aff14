import { describe, expect, it } from 'vitest'
import { loadTf } from '../../../src/engine/load-tf.ts'
import {
  isTensorflowInstalled,
  loadTensorflow,
} from '../../../src/engine/tensorflow/load-tensorflow.ts'
import { createStandIn } from './_stand-in.ts'

const tf = loadTf()

describe('isTensorflowInstalled', () => {
  it('finds a package without loading it', () => {
    const broken = createStandIn('@tensorflow/tfjs-node', () => {
      throw new Error('loaded')
    })
    expect(isTensorflowInstalled([broken])).toBe(true)
    expect(isTensorflowInstalled([createStandIn('another', () => undefined)])).toBe(false)
    expect(isTensorflowInstalled([])).toBe(false)
  })
})

describe('loadTensorflow', () => {
  it('says which package is missing, and that none is needed', () => {
    expect(() => loadTensorflow(tf, [])).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: tensorflow: The engine does not work on this machine: neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed. Try: Only where you want TensorFlow itself: \`npm install @tensorflow/tfjs-node-gpu@4.22.0\` (NVIDIA, with CUDA 11 and cuDNN 8) or \`npm install @tensorflow/tfjs-node@4.22.0\`. The other engines need neither.]`,
    )
  })

  it('names what keeps a package from loading', () => {
    const broken = createStandIn('@tensorflow/tfjs-node', () => {
      throw new Error('libtensorflow.so.2: cannot open shared object file\nRequire stack: ...')
    })
    expect(() => loadTensorflow(tf, [broken])).toThrow(
      /@tensorflow\/tfjs-node does not load \(libtensorflow\.so\.2: cannot open shared object file\)/,
    )
  })

  it('notices a package that brings a TensorFlow.js of its own', () => {
    const foreign = createStandIn('@tensorflow/tfjs-node-gpu', () => undefined)
    expect(() => loadTensorflow(tf, [foreign])).toThrow(
      /tfjs-node-gpu belongs to another version of TensorFlow\.js.*tfjs-node@4\.\d+\.\d+/,
    )
  })

  it('prefers the package for GPUs, and gives back what Node.js 23 took away before it loads', () => {
    const util: { isNullOrUndefined?: (value: unknown) => boolean } = {}
    const loaded: string[] = []
    const load = (name: string) => {
      loaded.push(name)
      expect([null, undefined, 0].map((value) => util.isNullOrUndefined!(value))).toEqual([
        true,
        true,
        false,
      ])
    }
    const both = Object.assign((name: string) => (name === 'node:util' ? util : load(name)), {
      resolve: (name: string) => name,
    })
    expect(() => loadTensorflow(tf, [both])).toThrow(/another version/)
    expect(loaded).toEqual(['@tensorflow/tfjs-node-gpu'])
  })
})
