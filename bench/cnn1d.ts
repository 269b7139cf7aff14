/** Workloads on the paper's 1D CNN (17 316 195 parameters): one training step, and the class scores of one volume. */
import { cnn1d } from '../models/cnn1d.ts'
import { createRng } from '../src/core/rng.ts'
import { openEngine, type Engine } from '../src/engine/index.ts'
import { exportOnnx, openOnnxSession } from '../src/engine/onnx/index.ts'
import { createTrainStep } from './train-step.ts'
import type { Workload } from './workload.ts'
import type { LayersModel } from '@tensorflow/tfjs-layers'

const [inputLength, nClasses, batchSize] = [300, 3, 64]

/** Forward, gradients and Adam at batch 64, dropout included, no L1 penalty: what the peer's step does. */
export const cnn1dTrainStep: Workload = {
  name: 'cnn1d-train-step',
  repetitions: 5,
  async setup(threads) {
    const engine = await openEngine('auto', { threads })
    return createTrainStep(engine, buildModel(engine), {
      ...{ values: noise(batchSize * inputLength), sampleShape: [inputLength, 1], nClasses },
      labels: Array.from({ length: batchSize }, (_, i) => i % 2),
    })
  },
}

/** One volume through the exported network. */
export const cnn1dInfer: Workload = {
  name: 'cnn1d-infer',
  repetitions: 50,
  async setup(threads) {
    const bytes = await exportOnnx(buildModel(await openEngine()))
    const session = openOnnxSession(bytes, { threads })
    const volume = noise(inputLength)
    return () => void session.run(volume)
  },
}

function buildModel({ tf }: Engine): LayersModel {
  return cnn1d(tf, { preset: 'paper', inputLength, nClasses, seed: 0, output: 'logits' })
}

function noise(length: number): Float32Array {
  const rng = createRng('bench')
  return Float32Array.from({ length }, () => rng.uniform())
}
