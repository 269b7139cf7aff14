/** One residual block of a network on volumes -> nodes of an ONNX graph, channels first; normalisations behind a convolution are folded into it. */
import type { OnnxGraph } from '../../math/gemm/onnx-graph.ts'
import type { BlockDescription, ConvolutionWeights, NormWeights } from '../fused/blocks.ts'
import { affineOf, foldNormalisation, turnKernel, type ChannelAffine } from './weights.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

/** Values of a weight. */
export type ReadWeight = (weight: Tensor) => Float32Array

interface BlockGraph {
  readonly graph: OnnxGraph
  readonly read: ReadWeight
  readonly epsilon: number
}

interface ConvolutionSettings {
  readonly stride: 1 | 2
  readonly padding: 'same' | 'valid'
  /** The normalisation of its output. */
  readonly norm?: NormWeights
}

/**
 * Adds a block to a graph.
 *
 * @param graph - The graph.
 * @param description - What the layer says it is.
 * @param read - Gives the values of its weights.
 * @param input - Name of its input, `[N, C, X, Y, Z]`.
 * @returns Name of its output: `[N, Cout, ...]` for stem and bottleneck, `[N, C]` for the head.
 * @throws Never.
 */
export function translateBlock(
  graph: OnnxGraph,
  description: BlockDescription,
  read: ReadWeight,
  input: string,
): string {
  const block = { graph, read, epsilon: description.epsilon }
  if (description.kind === 'stem') return stem(block, description, input)
  if (description.kind === 'bottleneck') return bottleneck(block, description, input)
  const pooled = graph.node('GlobalAveragePool', [normRelu(block, description.weights, input)])
  return graph.node('Flatten', [pooled], { axis: 1 })
}

function stem(
  block: BlockGraph,
  { weights }: Extract<BlockDescription, { kind: 'stem' }>,
  input: string,
): string {
  const { conv, norm } = weights
  const settings = { stride: 2, padding: 'same', norm } as const
  const active = block.graph.node('Relu', [convolve(block, conv, input, settings)])
  return block.graph.node('MaxPool', [active], {
    kernel_shape: [3, 3, 3],
    strides: [2, 2, 2],
    auto_pad: 'SAME_UPPER',
  })
}

function bottleneck(
  block: BlockGraph,
  { weights, stride }: Extract<BlockDescription, { kind: 'bottleneck' }>,
  input: string,
): string {
  const { graph } = block
  const { norm1, conv1, norm2, conv2, norm3, conv3, shortcut } = weights
  const point = { stride: 1, padding: 'valid' } as const
  const sampled = { stride, padding: 'valid' } as const
  // The raw input passes by as well, so the first normalisation has no convolution to go into.
  const active = norm1 === undefined ? input : normRelu(block, norm1, input)
  const inner = graph.node('Relu', [convolve(block, conv1, active, { ...sampled, norm: norm2 })])
  const middle = { stride: 1, padding: 'same', norm: norm3 } as const
  const outer = graph.node('Relu', [convolve(block, conv2, inner, middle)])
  const last = convolve(block, conv3, outer, point)
  const passed = shortcut === undefined ? input : convolve(block, shortcut, input, sampled)
  return graph.node('Add', [last, passed])
}

function convolve(
  { graph, read, epsilon }: BlockGraph,
  { kernel, bias }: ConvolutionWeights,
  input: string,
  { stride, padding, norm }: ConvolutionSettings,
): string {
  const { shape } = kernel
  const raw = { kernel: read(kernel), bias: read(bias) }
  const affine = norm && affineOfNorm(read, norm, epsilon)
  const folded =
    affine === undefined ? raw : foldNormalisation(raw.kernel, raw.bias, affine.scale, affine.shift)
  return graph.node(
    'Conv',
    [
      input,
      graph.constant(
        [shape[4]!, shape[3]!, ...shape.slice(0, 3)],
        turnKernel(folded.kernel, shape),
      ),
      graph.constant([folded.bias.length], folded.bias),
    ],
    {
      kernel_shape: shape.slice(0, 3),
      strides: [stride, stride, stride],
      auto_pad: padding === 'same' ? 'SAME_UPPER' : 'VALID',
    },
  )
}

function normRelu({ graph, read, epsilon }: BlockGraph, norm: NormWeights, input: string): string {
  const { scale, shift } = affineOfNorm(read, norm, epsilon)
  const shape = [scale.length, 1, 1, 1]
  const scaled = graph.node('Mul', [input, graph.constant(shape, scale)])
  return graph.node('Relu', [graph.node('Add', [scaled, graph.constant(shape, shift)])])
}

function affineOfNorm(
  read: ReadWeight,
  { gamma, beta, movingMean, movingVariance }: NormWeights,
  epsilon: number,
): ChannelAffine {
  const [mean, variance] = [read(movingMean), read(movingVariance)]
  return affineOf(read(gamma), read(beta), mean, variance, epsilon)
}
