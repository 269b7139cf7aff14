/** Workloads on the paper's 3D ResNet-50 (46 223 490 parameters, volumes of 64 x 64 x 44): one training step, and the scores of one volume. */
import { resnet3d } from '../models/resnet3d.ts'
import { createRng } from '../src/core/rng.ts'
import { openEngine, type Engine, type FusedBlocks } from '../src/engine/index.ts'
import { exportOnnx, openOnnxSession } from '../src/engine/onnx/index.ts'
import { createTrainStep } from './train-step.ts'
import type { Workload } from './workload.ts'
import type { LayersModel } from '@tensorflow/tfjs-layers'

const [shape, nClasses, batchSize] = [[64, 64, 44] as const, 2, 4]
const nVoxels = 64 * 64 * 44

/** Forward, gradients and Adam at batch 4, biases and running statistics included, no penalty: what the peer's step does. */
export const resnet3dTrainStep: Workload = {
  name: 'resnet3d-train-step',
  repetitions: 5,
  setup: async (threads) => createStep(await openEngine('auto', { threads })),
}

/** The same through the operations of TensorFlow.js one by one, as any model of its layers trains. */
export const resnet3dTrainStepPlain: Workload = {
  name: 'resnet3d-train-step-plain',
  repetitions: 3,
  setup: async (threads) =>
    createStep({ ...(await openEngine('auto', { threads })), fused: undefined }),
}

/** One volume through the exported network. */
export const resnet3dInfer: Workload = {
  name: 'resnet3d-infer',
  repetitions: 10,
  async setup(threads) {
    const bytes = await exportOnnx(buildModel(await openEngine()))
    const session = openOnnxSession(bytes, { threads })
    const volume = noise(nVoxels)
    return () => void session.run(volume)
  },
}

type StepEngine = Pick<Engine, 'tf' | 'createAdam'> & { readonly fused?: FusedBlocks | undefined }

function createStep(engine: StepEngine): () => void {
  return createTrainStep(engine, buildModel(engine), {
    ...{ values: noise(batchSize * nVoxels), sampleShape: [...shape, 1], nClasses },
    labels: Array.from({ length: batchSize }, (_, i) => i % nClasses),
  })
}

function buildModel({ tf, fused }: Pick<StepEngine, 'tf' | 'fused'>): LayersModel {
  const settings = { nClasses, seed: 0, output: 'logits', fused } as const
  return resnet3d(tf, { preset: 'paper', shape, ...settings })
}

function noise(length: number): Float32Array {
  const rng = createRng('bench')
  return Float32Array.from({ length }, () => rng.normal())
}
