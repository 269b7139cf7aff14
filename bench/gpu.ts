/**
 * A program: measures the GPU engine and prints tables, beside PyTorch's figures where a file has them.
 *
 *   node dist/bench/gpu.js [--budget=SECONDS] [--tiny] [--out=FILE] [--beside=FILE]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { resnet3d } from '../models/resnet3d.ts'
import { openEngine } from '../src/engine/index.ts'
import { listLayers, shapesOf, type ConvolutionLayer } from './gpu-layers.ts'
import { median, timeCall, waitFor } from './gpu-measure.ts'
import type { NamedAttrMap, Scalar, Tensor, TensorInfo, Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

const { values: options } = parseArgs({
  options: {
    budget: { type: 'string', default: '240' },
    tiny: { type: 'boolean', default: false },
    out: { type: 'string' },
    beside: { type: 'string' },
  },
})

interface Settings {
  readonly volume: readonly [number, number, number]
  readonly width: number
  /** Batch of the single convolutions. */
  readonly batch: number
  readonly trainingBatches: readonly number[]
  readonly minSeconds: number
  readonly steps: number
  readonly passes: number
}

const settings: Settings = options.tiny
  ? {
      volume: [16, 16, 12],
      width: 8,
      batch: 1,
      trainingBatches: [2, 4],
      minSeconds: 0.001,
      steps: 1,
      passes: 2,
    }
  : {
      volume: [64, 64, 44],
      width: 64,
      batch: 32,
      trainingBatches: [8, 32, 64],
      minSeconds: 0.06,
      steps: 20,
      passes: 30,
    }

const started = performance.now()
const secondsLeft = (): number => Number(options.budget) - (performance.now() - started) / 1000

/** Figure by name; PyTorch's have the same names. */
type Figures = Record<string, number>

const engine = await openEngine('webgpu')
const { tf } = engine
const beside = readBeside(options.beside)
const figures: Figures = {}

console.log(`\n${engine.description}\n`)
await measureConvolutions()
await measureTraining()
await measureLatency()
if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(figures, null, 1)}\n`)
engine.dispose()

async function measureConvolutions(): Promise<void> {
  print('convolution', ['GFLOP/s', 'stock tfjs', 'fp32', 'tf32'])
  for (const layer of listLayers(settings.volume, settings.width))
    for (const pass of ['forward', 'input', 'filter'] as const) {
      if (pass === 'input' && layer.channelsIn === 1) continue
      // Training is what matters most, and comes after this.
      if (secondsLeft() < 0.55 * Number(options.budget)) return console.log('(out of time)')
      const name = `${layer.name} ${pass}`
      figures[name] = await measurePass(layer, pass, settings.batch, 'limbic-webgpu')
      // Stock kernels take seconds on a large batch.
      const stock = layer.kernel === 3 ? await measurePass(layer, pass, 1, 'webgpu') : undefined
      print(name, [figures[name], stock, ...besideOf(name)])
    }
}

/** GFLOP/s of one pass, by the kernels registered for a backend. */
async function measurePass(
  layer: ConvolutionLayer,
  pass: 'forward' | 'input' | 'filter',
  batch: number,
  kernels: string,
): Promise<number> {
  const { operations, ...shapes } = shapesOf(layer, batch)
  const make = (shape: number[]): Tensor => tf.randomUniform(shape, -1, 1, 'float32', 1)
  const [x, filter, dy] = [make(shapes.x), make(shapes.filter), make(shapes.y)]
  const { stride: strides, pad } = layer
  const attributes = { strides, pad, dilations: 1, inputShape: x.shape, filterShape: filter.shape }
  const name = {
    forward: 'Conv3D',
    input: 'Conv3DBackpropInputV2',
    filter: 'Conv3DBackpropFilterV2',
  }[pass]
  const inputs = { forward: { x, filter }, input: { dy, filter }, filter: { x, dy } }[pass]
  const { kernelFunc } = tf.getKernel(name, kernels)
  const attrs = attributes as unknown as NamedAttrMap
  const backend = tf.backend()
  const call = (): void => {
    const result = kernelFunc({ inputs, attrs, backend }) as TensorInfo
    tf.backend().disposeData(result.dataId)
  }
  const seconds = await timeCall(engine, call, settings.minSeconds)
  tf.dispose([x, filter, dy])
  return operations / seconds / 1e9
}

function buildModel(): LayersModel {
  const { fused } = engine
  const [preset, shape] = [options.tiny ? 'compact' : 'paper', settings.volume] as const
  return resnet3d(tf, { preset, shape, nClasses: 2, seed: 0, output: 'logits', fused })
}

async function measureTraining(): Promise<void> {
  print(options.tiny ? '\ntraining, small network' : '\ntraining, ResNet-50', [
    'volumes/s',
    'ms/step',
    'host ms',
    'fp32',
    'tf32',
  ])
  for (const batch of settings.trainingBatches) {
    if (secondsLeft() < 15) return console.log('(out of time)')
    const name = `training batch ${batch}`
    const { seconds, hostSeconds } = await timeTraining(batch)
    figures[name] = batch / seconds
    print(name, [figures[name], seconds * 1000, hostSeconds * 1000, ...besideOf(name)])
  }
}

/** Seconds per step, and how much of them it takes to queue one. One step is queued while the GPU runs the one before. */
async function timeTraining(batch: number): Promise<{ seconds: number; hostSeconds: number }> {
  const model = buildModel()
  const variables = model.trainableWeights.map((weight) => weight.read() as Variable)
  const optimizer = engine.createAdam({ learningRate: 1e-4 })
  const input = tf.randomNormal([batch, ...settings.volume, 1], 0, 1, 'float32', 1)
  const labels = Array.from({ length: batch }, (_, i) => i % 2)
  const targets = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 2))
  const loss = (): Scalar => {
    const logits = model.apply(input, { training: true }) as Tensor
    return tf.losses.softmaxCrossEntropy<Tensor, Scalar>(targets, logits)
  }
  const step = (): Scalar => optimizer.minimize(loss, true, variables)!
  const read = async (value: Scalar): Promise<void> => {
    await value.data()
    value.dispose()
  }
  await read(step())
  await waitFor(engine)
  const limit = Math.min(12, secondsLeft() * 0.2)
  let [hostMs, n, before] = [0, 0, Promise.resolve()]
  const from = performance.now()
  do {
    const queued = performance.now()
    const value = step()
    hostMs += performance.now() - queued
    await before
    before = read(value)
    n++
  } while (n < settings.steps && performance.now() - from < limit * 1000)
  await before
  await waitFor(engine)
  const seconds = (performance.now() - from) / 1000 / n
  optimizer.dispose()
  model.dispose()
  tf.dispose([input, targets])
  return { seconds, hostSeconds: hostMs / 1000 / n }
}

async function measureLatency(): Promise<void> {
  if (secondsLeft() < 5) return console.log('(out of time)')
  print('\none volume', ['ms', 'fp32', 'tf32'])
  const model = buildModel()
  const input = tf.randomNormal([1, ...settings.volume, 1], 0, 1, 'float32', 1)
  const times: number[] = []
  for (let i = 0; i < settings.passes + 2; i++) {
    const from = performance.now()
    const scores = tf.tidy(() => model.predict(input) as Tensor)
    await scores.data()
    scores.dispose()
    times.push(performance.now() - from)
  }
  const name = 'latency batch 1'
  figures[name] = median(times.slice(2))
  print(name, [figures[name], ...besideOf(name)])
}

function besideOf(name: string): (number | undefined)[] {
  return [beside[`${name} fp32`], beside[`${name} tf32`]]
}

function readBeside(path: string | undefined): Figures {
  if (path === undefined || !existsSync(path)) return {}
  return JSON.parse(readFileSync(path, 'utf8')) as Figures
}

function print(name: string, cells: readonly (string | number | undefined)[]): void {
  const texts = cells.map((cell) => (typeof cell === 'number' ? digits(cell) : (cell ?? '-')))
  console.log([name.padEnd(28), ...texts.map((text) => text.padStart(11))].join(''))
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
