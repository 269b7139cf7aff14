/** One layer of tfjs-layers -> nodes of an ONNX graph. Inside convolutional parts channels come first; everywhere else last. */
import { LimbicError } from '../../core/errors/index.ts'
import type { OnnxGraph } from '../../math/gemm/onnx-graph.ts'
import type { BlockLayer } from '../fused/blocks.ts'
import { translateBlock } from './translate-blocks.ts'
import { foldNormalisation, normalisationOf, turnKernel } from './weights.ts'
import type { layers } from '@tensorflow/tfjs-layers'

type Layer = layers.Layer

/** A value of the graph that stands for a tensor of the model. */
export interface Value {
  readonly name: string
  /** Number of axes, the batch included. */
  readonly rank: number
  readonly isChannelsFirst: boolean
}

export interface Translation {
  readonly graph: OnnxGraph
  /** By the id of the model's symbolic tensor. */
  readonly values: Map<number, Value>
  readonly weights: ReadonlyMap<string, readonly Float32Array[]>
  /** The same, by the id of the weight's tensor. */
  readonly weightsById: ReadonlyMap<number, Float32Array>
  /** The only layer that reads a tensor, by the tensor's id. */
  readonly onlyConsumer: ReadonlyMap<number, Layer>
}

type Translator = (translation: Translation, layer: Layer, inputs: readonly Value[]) => Value

const translators: Readonly<Record<string, Translator>> = {
  InputLayer: passOn,
  Dropout: passOn,
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Dense: dense,
  BatchNormalization: normalisation,
  BatchNorm5d: normalisation,
  ReLU: (translation, _layer, [input]) => activate(translation, input!, 'relu', 'ReLU'),
  Activation: (translation, layer, [input]) =>
    activate(translation, input!, settingsOf(layer).activation, layer.name),
  Softmax: (translation, layer, [input]) => activate(translation, input!, 'softmax', layer.name),
  Flatten: flatten,
  Add: add,
  Average: average,
  GlobalAveragePooling1D: globalAverage,
  GlobalAveragePooling2D: globalAverage,
  GlobalAveragePool3d: globalAverage,
  MaxPooling3D: (translation, layer, [input]) => pool(translation, layer, input!, 'MaxPool'),
  AveragePooling3D: (translation, layer, [input]) =>
    pool(translation, layer, input!, 'AveragePool'),
}

/** Layers that normalise by moving statistics. */
const normalisations: ReadonlySet<string> = new Set(['BatchNormalization', 'BatchNorm5d'])

const activations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  elu: 'Elu',
  softplus: 'Softplus',
}

/**
 * Adds the nodes of a layer to the graph, and its output to the values.
 *
 * @param translation - Graph and values so far; the layer's inputs must be among them.
 * @param layer - The layer, built.
 * @returns Nothing.
 * @throws {LimbicError} `ONNX_LAYER_UNSUPPORTED` when it has no translation.
 */
export function translateLayer(translation: Translation, layer: Layer): void {
  const [node, ...others] = layer.inboundNodes
  const translate = isBlock(layer) ? block : translators[layer.getClassName()]
  if (translate === undefined || node === undefined || others.length > 0)
    throw unsupported(
      layer.name,
      `a layer of kind ${layer.getClassName()}, applied ${others.length + 1} times`,
    )
  const [output] = node.outputTensors
  // Folded into the layer before it.
  if (output === undefined || translation.values.has(output.id)) return
  const inputs = node.inputTensors.map(({ id }) => translation.values.get(id)!)
  const value = translate(translation, layer, inputs)
  translation.values.set(output.id, value)
}

/**
 * Moves the channels of a value to the end, where TensorFlow.js has them.
 *
 * @param translation - The graph.
 * @param value - Any value.
 * @returns Name of the value with channels last.
 * @throws Never.
 */
export function toChannelsLast({ graph }: Translation, value: Value): string {
  if (!value.isChannelsFirst) return value.name
  const positions = Array.from({ length: value.rank - 2 }, (_, i) => i + 2)
  return graph.node('Transpose', [value.name], { perm: [0, ...positions, 1] })
}

function toChannelsFirst({ graph }: Translation, value: Value): string {
  if (value.isChannelsFirst) return value.name
  const positions = Array.from({ length: value.rank - 2 }, (_, i) => i + 1)
  return graph.node('Transpose', [value.name], { perm: [0, value.rank - 1, ...positions] })
}

function isBlock(layer: Layer): layer is Layer & BlockLayer {
  return 'describeBlock' in layer
}

function block(translation: Translation, layer: Layer, [input]: readonly Value[]): Value {
  const description = (layer as Layer & BlockLayer).describeBlock()
  const name = translateBlock(
    translation.graph,
    description,
    ({ id }) => translation.weightsById.get(id)!,
    toChannelsFirst(translation, input!),
  )
  return description.kind === 'head'
    ? { name, rank: 2, isChannelsFirst: false }
    : { name, rank: input!.rank, isChannelsFirst: true }
}

function passOn(_translation: Translation, _layer: Layer, [input]: readonly Value[]): Value {
  return input!
}

function convolution(translation: Translation, layer: Layer, [input]: readonly Value[]): Value {
  const settings = settingsOf(layer)
  if (settings.dataFormat === 'channelsFirst' || settings.padding === 'causal')
    throw unsupported(layer.name, `${settings.dataFormat} with padding ${settings.padding}`)
  const shape = layer.weights[0]!.shape as number[]
  const { kernel, bias, last } = linearWeights(translation, layer)
  // TensorFlow.js pads by a negative amount there and skips voxels; ONNX does not.
  if (settings.padding === 'same' && shape.slice(0, -2).some((k, i) => k < settings.strides[i]!))
    throw unsupported(layer.name, 'a stride above the kernel size with padding same')
  const node = translation.graph.node(
    'Conv',
    [
      toChannelsFirst(translation, input!),
      translation.graph.constant(turnedShape(shape), turnKernel(kernel, shape)),
      translation.graph.constant([bias.length], bias),
    ],
    {
      kernel_shape: shape.slice(0, -2),
      strides: settings.strides,
      dilations: settings.dilationRate,
      // TensorFlow pads the odd row at the end, as SAME_UPPER does.
      auto_pad: settings.padding === 'same' ? 'SAME_UPPER' : 'VALID',
    },
  )
  const output = { name: node, rank: input!.rank, isChannelsFirst: true }
  return finish(translation, layer, last, output)
}

function dense(translation: Translation, layer: Layer, [input]: readonly Value[]): Value {
  const shape = layer.weights[0]!.shape as [number, number]
  const { kernel, bias, last } = linearWeights(translation, layer)
  const { graph } = translation
  const weights = graph.constant(shape, kernel)
  const offset = graph.constant([bias.length], bias)
  const x = toChannelsLast(translation, input!)
  const name =
    input!.rank === 2
      ? graph.node('Gemm', [x, weights, offset])
      : graph.node('Add', [graph.node('MatMul', [x, weights]), offset])
  return finish(translation, layer, last, { name, rank: input!.rank, isChannelsFirst: false })
}

/** A linear layer's weights, with the batch normalisation behind it folded in if nothing else reads the output. */
function linearWeights(
  translation: Translation,
  layer: Layer,
): { kernel: Float32Array; bias: Float32Array; last: Layer } {
  const [kernel, ownBias] = translation.weights.get(layer.name)!
  const channels = layer.weights[0]!.shape.at(-1)!
  const bias = ownBias ?? new Float32Array(channels)
  const next = translation.onlyConsumer.get(layer.inboundNodes[0]!.outputTensors[0]!.id)
  const isLinear = settingsOf(layer).activation === 'linear'
  if (!isLinear || next === undefined || !normalisations.has(next.getClassName()))
    return { kernel: kernel!, bias, last: layer }
  const { scale, shift } = normalisationOf(next, translation.weights.get(next.name)!)
  return { ...foldNormalisation(kernel!, bias, scale, shift), last: next }
}

/** The activation of a layer; and where a normalisation was folded in, the note that its output is there already. */
function finish(translation: Translation, layer: Layer, last: Layer, linear: Value): Value {
  const value = activate(translation, linear, settingsOf(layer).activation, layer.name)
  if (last !== layer) translation.values.set(last.inboundNodes[0]!.outputTensors[0]!.id, value)
  return value
}

/** Normalisation that nothing could be folded into: one multiplication and one addition per channel. */
function normalisation(translation: Translation, layer: Layer, [input]: readonly Value[]): Value {
  const { graph } = translation
  const { scale, shift } = normalisationOf(layer, translation.weights.get(layer.name)!)
  const positions = input!.isChannelsFirst ? Array<number>(input!.rank - 2).fill(1) : []
  const shape = [scale.length, ...positions]
  const scaled = graph.node('Mul', [input!.name, graph.constant(shape, scale)])
  return { ...input!, name: graph.node('Add', [scaled, graph.constant(shape, shift)]) }
}

function activate(
  translation: Translation,
  input: Value,
  activation: string | undefined,
  layer: string,
): Value {
  if (activation === undefined || activation === 'linear') return input
  if (activation === 'softmax') {
    const name = translation.graph.node('Softmax', [toChannelsLast(translation, input)], {
      axis: -1,
    })
    return { ...input, name, isChannelsFirst: false }
  }
  const operator = activations[activation]
  if (operator === undefined) throw unsupported(layer, `the activation ${activation}`)
  return { ...input, name: translation.graph.node(operator, [input.name]) }
}

function flatten(translation: Translation, _layer: Layer, [input]: readonly Value[]): Value {
  const x = toChannelsLast(translation, input!)
  const name = translation.graph.node('Flatten', [x], { axis: 1 })
  return { name, rank: 2, isChannelsFirst: false }
}

function add(translation: Translation, _layer: Layer, inputs: readonly Value[]): Value {
  const isChannelsFirst = inputs.every((input) => input.isChannelsFirst)
  const names = inputs.map((input) =>
    isChannelsFirst ? input.name : toChannelsLast(translation, input),
  )
  const name = names.reduce((sum, next) => translation.graph.node('Add', [sum, next]))
  return { name, rank: inputs[0]!.rank, isChannelsFirst }
}

function average(translation: Translation, _layer: Layer, inputs: readonly Value[]): Value {
  const names = inputs.map((input) => toChannelsLast(translation, input))
  const name = translation.graph.node('Mean', names)
  return { name, rank: inputs[0]!.rank, isChannelsFirst: false }
}

function globalAverage(translation: Translation, _layer: Layer, [input]: readonly Value[]): Value {
  const x = toChannelsFirst(translation, input!)
  const pooled = translation.graph.node('GlobalAveragePool', [x])
  const name = translation.graph.node('Flatten', [pooled], { axis: 1 })
  return { name, rank: 2, isChannelsFirst: false }
}

function pool(translation: Translation, layer: Layer, input: Value, operator: string): Value {
  const settings = settingsOf(layer)
  const config = layer.getConfig() as { poolSize: number[]; strides: number[] }
  if (settings.dataFormat === 'channelsFirst') throw unsupported(layer.name, 'channels first')
  const name = translation.graph.node(operator, [toChannelsFirst(translation, input)], {
    kernel_shape: config.poolSize,
    strides: config.strides,
    auto_pad: settings.padding === 'same' ? 'SAME_UPPER' : 'VALID',
  })
  return { name, rank: input.rank, isChannelsFirst: true }
}

/** The part of a layer's configuration that matters here. */
interface LayerSettings {
  readonly activation?: string
  readonly padding?: string
  readonly dataFormat?: string
  readonly strides: number[]
  readonly dilationRate: number[]
}

function settingsOf(layer: Layer): LayerSettings {
  const config = layer.getConfig()
  const list = (value: unknown): number[] => [value ?? 1].flat() as number[]
  const rank = Math.max(1, (layer.weights[0]?.shape.length ?? 3) - 2)
  const perAxis = (value: unknown): number[] => {
    const given = list(value)
    return given.length === rank ? given : Array<number>(rank).fill(given[0]!)
  }
  return {
    ...(config as { activation?: string; padding?: string; dataFormat?: string }),
    strides: perAxis(config['strides']),
    dilationRate: perAxis(config['dilationRate']),
  }
}

function turnedShape(shape: readonly number[]): number[] {
  return [shape.at(-1)!, shape.at(-2)!, ...shape.slice(0, -2)]
}

function unsupported(layer: string, found: string): LimbicError {
  return new LimbicError('ONNX_LAYER_UNSUPPORTED', { layer, found })
}
