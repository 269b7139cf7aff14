/** Turns a volume `[nx x ny x nz x channels]` into class scores: the paper's pre-activation 3D ResNet, and a compact one. */
import { defineBatchNorm5d } from './batch-norm-5d.ts'
import { createSeededLayers, seedOf, type UniformSource } from './blocks.ts'
import { defineGlobalAveragePool3d } from './global-average-pool-3d.ts'
import { defineResidualParts, type Part, type PartConfig } from './resnet3d-layers.ts'
import {
  resnet3dNorm,
  resnet3dPresets,
  resnet3dVariants,
  type Resnet3dDepth,
  type Resnet3dPreset,
} from './resnet3d-training.ts'
import { LimbicError } from '../src/core/errors/index.ts'
import { createRng } from '../src/core/rng.ts'
import type { FusedBlocks } from '../src/engine/fused/blocks.ts'
import type { Tf } from '../src/engine/tf.ts'
import type { layers, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'

export interface Resnet3dOptions {
  readonly preset: Resnet3dPreset
  /** Depth of the `paper` preset; default 50. */
  readonly depth?: Resnet3dDepth
  /** Voxels along x, y and z. */
  readonly shape: readonly [nx: number, ny: number, nz: number]
  /** Values per voxel; default 1. */
  readonly channels?: number
  readonly nClasses: number
  readonly seed: number
  /** `probabilities` (default): softmax at the end, as published. `logits`: the scores before it. The parameters are the same. */
  readonly output?: 'probabilities' | 'logits'
  /** `zeros` saves the random draws of a model whose weights are about to be replaced; default `seeded`. */
  readonly weights?: 'seeded' | 'zeros'
  /** Source of the dropout masks; default: a stream of the seed. */
  readonly dropoutSource?: UniformSource
  /** Fused blocks of the engine, where it has them. */
  readonly fused?: FusedBlocks | undefined
  /** Networks side by side whose logits are averaged; network m (from 1) starts from seed + m - 1. Default 1. */
  readonly members?: number
}

/**
 * What the names of the layers of one network begin with.
 *
 * @param member - Which of the networks, from 0.
 * @returns Nothing for the first network, so that a network alone has the same names.
 * @throws Never.
 * @example
 * const prefix = memberPrefix(1) // prefix = 'member2_'
 */
export function memberPrefix(member: number): string {
  return member === 0 ? '' : `member${member + 1}_`
}

/**
 * The 3D ResNet, not compiled.
 *
 * @param tf - TensorFlow.js of an engine.
 * @param options - Preset, volume shape, number of classes and seed.
 * @returns Model `[batch x nx x ny x nz x channels]` -> `[batch x nClasses]`. 46 223 490 parameters (46 178 050 trainable) for `paper` at
 *   depth 50 and 2 classes; 56 491 trainable ones for `compact` at 3 classes. The number of parameters does not depend on the shape.
 * @throws {LimbicError} `VALUE_INVALID` when preset, depth, shape or number of classes cannot be used.
 * @remarks He et al. (2016), Identity mappings in deep residual networks; `paper`: Tchibozo, Kim, Wang and He (2022), arXiv 2210.17015.
 *   Penalties are training settings (`resnet3dTraining`), not part of the layers.
 */
export function resnet3d(tf: Tf, options: Resnet3dOptions): LayersModel {
  assertOptions(options)
  const { preset, shape, channels = 1, members = 1 } = options
  const input = tf.input({ shape: [...shape, channels], name: 'volume' })
  const network = (member: number): SymbolicTensor => {
    const builder = createBuilder(tf, options, member)
    return preset === 'paper' ? paperLogits(builder, input) : compactLogits(builder, input)
  }
  const average = (): SymbolicTensor =>
    tf.layers
      .average({ name: 'members' })
      .apply(Array.from({ length: members }, (_, member) => network(member))) as SymbolicTensor
  const logits = members === 1 ? network(0) : average()
  const output =
    options.output === 'logits'
      ? logits
      : tf.layers.activation({ name: 'probabilities', activation: 'softmax' }).apply(logits)
  return tf.model({
    inputs: input,
    outputs: output as SymbolicTensor,
    name: preset === 'paper' ? `resnet3d-${options.depth ?? 50}` : 'resnet3d-compact',
  })
}

function paperLogits(builder: Builder, input: SymbolicTensor): SymbolicTensor {
  const { options, parts } = builder
  const { block, blocksPerStage } = resnet3dVariants[options.depth ?? 50]
  let x = through(input, builder.part(parts.Stem, 'stem', { filters: 64 }))
  blocksPerStage.forEach((nBlocks, stage) => {
    for (let i = 0; i < nBlocks; i++) {
      const name = `stage${stage + 1}_block${i + 1}`
      const shape = {
        filters: 64 * 2 ** stage,
        stride: i === 0 && stage > 0 ? 2 : 1,
        normalisesInput: stage > 0 || i > 0,
      } as const
      x =
        block === 'bottleneck'
          ? through(x, builder.part(parts.PreActBottleneck, name, shape))
          : basicBlock(builder, name, x, { ...shape, bias: true, projects: 'input' })
    }
  })
  return through(
    x,
    builder.part(parts.NormPoolHead, 'head', {}),
    builder.dense('logits', 'heNormal'),
  )
}

/** The residual network that was found to do well on small volumes: three basic blocks, 8, 16 and 32 channels, no pooling. */
function compactLogits(builder: Builder, input: SymbolicTensor): SymbolicTensor {
  let x = through(
    input,
    builder.convolution('stem', { size: 3, filters: 8, stride: 2, bias: false }),
  )
  for (const [i, filters] of [8, 16, 32].entries())
    x = basicBlock(builder, `block${i + 1}`, x, {
      filters,
      stride: i === 0 ? 1 : 2,
      normalisesInput: true,
      bias: false,
      projects: 'activated',
    })
  return through(
    normRelu(builder, 'head', x),
    builder.pool('pool'),
    builder.dropout('dropout', 0.3),
    builder.dense('logits', 'glorotUniform'),
  )
}

interface BasicBlock {
  readonly filters: number
  readonly stride: 1 | 2
  readonly normalisesInput: boolean
  readonly bias: boolean
  /** What the projection reads where the shape changes: the block's input, or what its first BN-ReLU makes of it. */
  readonly projects: 'input' | 'activated'
}

/** BN-ReLU-conv 3, BN-ReLU-conv 3, plus the input or its projection; stride in the first convolution. */
function basicBlock(
  builder: Builder,
  name: string,
  input: SymbolicTensor,
  { filters, stride, normalisesInput, bias, projects }: BasicBlock,
): SymbolicTensor {
  const active = normalisesInput ? normRelu(builder, `${name}_norm1`, input) : input
  const inner = through(
    active,
    builder.convolution(`${name}_conv1`, { size: 3, filters, stride, bias }),
  )
  const outer = through(
    normRelu(builder, `${name}_norm2`, inner),
    builder.convolution(`${name}_conv2`, { size: 3, filters, stride: 1, bias }),
  )
  const changes = stride === 2 || input.shape.at(-1) !== filters
  const shortcut = changes
    ? through(
        projects === 'input' ? input : active,
        builder.convolution(`${name}_shortcut`, { size: 1, filters, stride, bias }),
      )
    : input
  return builder.add(name, [outer, shortcut])
}

function normRelu(builder: Builder, name: string, x: SymbolicTensor): SymbolicTensor {
  return through(x, builder.norm(name), builder.relu(`${name}_relu`))
}

function through(
  input: SymbolicTensor,
  ...layers: readonly { apply(input: SymbolicTensor): unknown }[]
): SymbolicTensor {
  return layers.reduce((tensor, layer) => layer.apply(tensor) as SymbolicTensor, input)
}

type Builder = ReturnType<typeof createBuilder>

/** Layers whose settings and initial weights follow from the options and their names. */
function createBuilder(tf: Tf, options: Resnet3dOptions, member: number) {
  const weights = options.weights ?? 'seeded'
  const seed = options.seed + member
  const root = createRng(seed)
  const named = (name: string): string => memberPrefix(member) + name
  const config = {
    ...resnet3dNorm[options.preset],
    seed: weights === 'zeros' ? null : seed,
  }
  const BatchNorm5d = defineBatchNorm5d(tf)
  const GlobalAveragePool3d = defineGlobalAveragePool3d(tf)
  const kernelOf = (name: string, kind: 'heNormal' | 'glorotUniform') =>
    weights === 'zeros'
      ? tf.initializers.zeros()
      : tf.initializers[kind]({ seed: seedOf(root, name) })
  const seeded = createSeededLayers(tf, { seed, weights, dropoutSource: options.dropoutSource })
  return {
    options,
    parts: defineResidualParts(tf),
    dropout: (name: string, rate: number): layers.Layer => seeded.dropout(named(name), rate),
    part<C extends PartConfig>(
      Constructor: new (config: C) => Part,
      name: string,
      own: Omit<C, keyof PartConfig>,
    ): Part {
      const part = new Constructor({ ...config, ...own, name: named(name) } as C)
      part.fused = options.fused
      return part
    },
    convolution: (
      name: string,
      {
        size,
        filters,
        stride,
        bias,
      }: { size: 1 | 3; filters: number; stride: 1 | 2; bias: boolean },
    ): layers.Layer =>
      tf.layers.conv3d({
        name: named(name),
        filters,
        kernelSize: size,
        strides: stride,
        // A kernel of size 1 with 'same' would sample the odd voxels at stride 2.
        padding: size === 1 ? 'valid' : 'same',
        useBias: bias,
        kernelInitializer: kernelOf(name, 'heNormal'),
      }),
    norm: (name: string) => new BatchNorm5d({ ...resnet3dNorm[options.preset], name: named(name) }),
    relu: (name: string) => tf.layers.reLU({ name: named(name) }),
    pool: (name: string) => new GlobalAveragePool3d({ name: named(name) }),
    add: (name: string, terms: SymbolicTensor[]) =>
      tf.layers.add({ name: named(name) }).apply(terms) as SymbolicTensor,
    dense: (name: string, kind: 'heNormal' | 'glorotUniform') =>
      tf.layers.dense({
        name: named(name),
        units: options.nClasses,
        kernelInitializer: kernelOf(name, kind),
      }),
  }
}

function assertOptions({
  preset,
  depth = 50,
  shape,
  channels = 1,
  nClasses,
}: Resnet3dOptions): void {
  const isCount = (value: number, least: number): boolean =>
    Number.isInteger(value) && value >= least
  const check = (what: string, expected: string, found: unknown, fits: boolean): void => {
    if (!fits)
      throw new LimbicError('VALUE_INVALID', {
        what: `${what} of the 3D ResNet`,
        expected,
        found: String(found),
      })
  }
  check('preset', resnet3dPresets.join(' or '), preset, resnet3dPresets.includes(preset))
  check(
    'depth',
    `one of ${Object.keys(resnet3dVariants).join(', ')}`,
    depth,
    Object.hasOwn(resnet3dVariants, depth),
  )
  const isVolume = shape.length === 3 && shape.every((n) => isCount(n, 1))
  check('volume shape', 'three whole numbers, 1 or more', shape.join(' x '), isVolume)
  check('number of channels', '1 or more', channels, isCount(channels, 1))
  check('number of classes', '2 or more', nClasses, isCount(nClasses, 2))
}
