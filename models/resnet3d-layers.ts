/** The parts of a pre-activation bottleneck network as layers on volumes `[N, X, Y, Z, C]`: one fused operation each where the engine has them, plain ones elsewhere. */
import { createRng } from '../src/core/rng.ts'
import type {
  BlockDescription,
  BlockLayer,
  BottleneckWeights,
  ConvolutionWeights,
  FusedBlocks,
} from '../src/engine/fused/blocks.ts'
import type { Tf } from '../src/engine/tf.ts'
import {
  addLayerWeight,
  addNorm,
  batchNorm,
  channelsOf,
  onlyOf,
  readNorm,
  type BatchNormWeights,
  type HeldNorm,
} from './batch-norm-5d.ts'
import { globalAveragePool } from './global-average-pool-3d.ts'
import { seedOf } from './blocks.ts'
import type { Tensor, Tensor5D } from '@tensorflow/tfjs-core'
import type { layers, LayerVariable } from '@tensorflow/tfjs-layers'

/** What all parts are told. */
export interface PartConfig {
  readonly name?: string
  /** Added to the variance by batch normalisation. */
  readonly epsilon: number
  /** Share of the old value that moving statistics keep per step. */
  readonly momentum: number
  /** Same seed and name, same initial kernels (He normal); null starts from zeros. */
  readonly seed: number | null
}

export interface StemConfig extends PartConfig {
  readonly filters: number
}

export interface BottleneckConfig extends PartConfig {
  /** Channels inside; four times as many leave the block. */
  readonly filters: number
  readonly stride: 1 | 2
  /** False in the first block of a network, whose input is activated already. */
  readonly normalisesInput: boolean
}

/** A part, which can be told to work by an engine's fused operations. */
export type Part = layers.Layer & BlockLayer & { fused: FusedBlocks | undefined }

type PartClass<C> = new (config: C) => Part

export interface ResidualParts {
  /** 7x7x7 convolution of stride 2, batch normalisation, ReLU, 3x3x3 max pooling of stride 2. */
  readonly Stem: PartClass<StemConfig>
  /** BN-ReLU-conv 1, BN-ReLU-conv 3, BN-ReLU-conv 1, plus the input or its projection. */
  readonly PreActBottleneck: PartClass<BottleneckConfig>
  /** BN-ReLU and the mean over the volume: `[N, X, Y, Z, C]` -> `[N, C]`. */
  readonly NormPoolHead: PartClass<PartConfig>
}

/**
 * The layer classes, registered under their names so that a saved model can be loaded.
 *
 * @param tf - TensorFlow.js of an engine.
 * @returns Constructors. Kernels of size 1 use padding `valid`: with `same` TensorFlow.js samples the odd voxels at stride 2, where
 *   TensorFlow samples the even ones.
 * @throws Never.
 */
export function defineResidualParts(tf: Tf): ResidualParts {
  abstract class ResidualPart extends tf.layers.Layer {
    fused: FusedBlocks | undefined
    readonly config: PartConfig

    constructor(config: PartConfig) {
      super(config)
      this.config = config
    }

    abstract compute(x: Tensor5D, training: boolean): Tensor

    abstract describeBlock(): BlockDescription

    override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
      const x = onlyOf(inputs) as Tensor5D
      return tf.tidy(() => this.compute(x, kwargs['training'] === true))
    }

    override getConfig(): ReturnType<layers.Layer['getConfig']> {
      return { ...super.getConfig(), ...this.config, name: this.name }
    }

    protected settings(training: boolean): {
      training: boolean
      epsilon: number
      momentum: number
    } {
      const { epsilon, momentum } = this.config
      return { training, epsilon, momentum }
    }

    protected addConvolution(
      name: string,
      size: number,
      from: number,
      to: number,
    ): HeldConvolution {
      const { seed } = this.config
      const initializer =
        seed === null
          ? tf.initializers.zeros()
          : tf.initializers.heNormal({ seed: seedOf(createRng(seed), `${this.name}/${name}`) })
      const shape = [size, size, size, from, to]
      return {
        kernel: addLayerWeight(this, `${name}/kernel`, shape, initializer, true),
        bias: addLayerWeight(this, `${name}/bias`, [to], tf.initializers.zeros(), true),
      }
    }

    protected normRelu(x: Tensor, weights: BatchNormWeights, training: boolean): Tensor5D {
      return tf.relu(batchNorm(tf, x, weights, this.settings(training))) as Tensor5D
    }
  }

  class Stem extends ResidualPart {
    static readonly className = 'ResidualStem'
    private held!: { conv: HeldConvolution; norm: HeldNorm }
    declare readonly config: StemConfig

    override build(inputShape: Shape): void {
      const { filters } = this.config
      const conv = this.addConvolution('conv', 7, channelsOf(inputShape), filters)
      this.held = { conv, norm: addNorm(tf, this, 'norm/', filters) }
      super.build(inputShape)
    }

    override computeOutputShape(shape: Shape): Shape {
      return [...halve(halve(shape)).slice(0, -1), this.config.filters]
    }

    compute(x: Tensor5D, training: boolean): Tensor {
      const weights = this.weightsOfBlock()
      if (this.fused !== undefined) return this.fused.stem(x, weights, this.settings(training))
      const convolved = convolve(tf, x, weights.conv, 2, 'same')
      const active = this.normRelu(convolved, weights.norm, training)
      return tf.maxPool3d(active, 3, 2, 'same')
    }

    describeBlock(): BlockDescription {
      return { kind: 'stem', weights: this.weightsOfBlock(), epsilon: this.config.epsilon }
    }

    private weightsOfBlock(): { conv: ConvolutionWeights; norm: BatchNormWeights } {
      const { conv, norm } = this.held
      return { conv: readConvolution(conv), norm: readNorm(norm) }
    }
  }

  class PreActBottleneck extends ResidualPart {
    static readonly className = 'PreActBottleneck'
    private held!: HeldBottleneck
    declare readonly config: BottleneckConfig

    override build(inputShape: Shape): void {
      const { filters, stride, normalisesInput } = this.config
      const [from, to] = [channelsOf(inputShape), 4 * filters]
      this.held = {
        norm1: normalisesInput ? addNorm(tf, this, 'norm1/', from) : undefined,
        conv1: this.addConvolution('conv1', 1, from, filters),
        norm2: addNorm(tf, this, 'norm2/', filters),
        conv2: this.addConvolution('conv2', 3, filters, filters),
        norm3: addNorm(tf, this, 'norm3/', filters),
        conv3: this.addConvolution('conv3', 1, filters, to),
        shortcut:
          stride === 2 || from !== to ? this.addConvolution('shortcut', 1, from, to) : undefined,
      }
      super.build(inputShape)
    }

    override computeOutputShape(shape: Shape): Shape {
      const { stride, filters } = this.config
      return [...(stride === 2 ? halve(shape) : shape).slice(0, -1), 4 * filters]
    }

    compute(x: Tensor5D, training: boolean): Tensor {
      const { stride } = this.config
      const weights = this.weightsOfBlock()
      const { norm1, conv1, norm2, conv2, norm3, conv3, shortcut } = weights
      if (this.fused !== undefined)
        return this.fused.bottleneck(x, weights, { ...this.settings(training), stride })
      const active1 = norm1 === undefined ? x : this.normRelu(x, norm1, training)
      const inner1 = convolve(tf, active1, conv1, stride, 'valid')
      const inner2 = convolve(tf, this.normRelu(inner1, norm2, training), conv2, 1, 'same')
      const inner3 = convolve(tf, this.normRelu(inner2, norm3, training), conv3, 1, 'valid')
      const passed = shortcut === undefined ? x : convolve(tf, x, shortcut, stride, 'valid')
      return tf.add(inner3, passed)
    }

    describeBlock(): BlockDescription {
      const { stride, epsilon } = this.config
      return { kind: 'bottleneck', weights: this.weightsOfBlock(), epsilon, stride }
    }

    private weightsOfBlock(): BottleneckWeights {
      const { norm1, conv1, norm2, conv2, norm3, conv3, shortcut } = this.held
      return {
        norm1: norm1 && readNorm(norm1),
        conv1: readConvolution(conv1),
        norm2: readNorm(norm2),
        conv2: readConvolution(conv2),
        norm3: readNorm(norm3),
        conv3: readConvolution(conv3),
        shortcut: shortcut && readConvolution(shortcut),
      }
    }
  }

  class NormPoolHead extends ResidualPart {
    static readonly className = 'NormPoolHead'
    private held!: HeldNorm

    override build(inputShape: Shape): void {
      this.held = addNorm(tf, this, 'norm/', channelsOf(inputShape))
      super.build(inputShape)
    }

    override computeOutputShape(shape: Shape): Shape {
      return [shape[0] ?? null, channelsOf(shape)]
    }

    compute(x: Tensor5D, training: boolean): Tensor {
      const weights = readNorm(this.held)
      if (this.fused !== undefined) return this.fused.head(x, weights, this.settings(training))
      return globalAveragePool(tf, this.normRelu(x, weights, training))
    }

    describeBlock(): BlockDescription {
      return { kind: 'head', weights: readNorm(this.held), epsilon: this.config.epsilon }
    }
  }

  for (const part of [Stem, PreActBottleneck, NormPoolHead]) tf.serialization.registerClass(part)
  return { Stem, PreActBottleneck, NormPoolHead }
}

type Shape = (number | null)[]

interface HeldConvolution {
  readonly kernel: LayerVariable
  readonly bias: LayerVariable
}

interface HeldBottleneck {
  readonly norm1: HeldNorm | undefined
  readonly conv1: HeldConvolution
  readonly norm2: HeldNorm
  readonly conv2: HeldConvolution
  readonly norm3: HeldNorm
  readonly conv3: HeldConvolution
  readonly shortcut: HeldConvolution | undefined
}

function readConvolution({ kernel, bias }: HeldConvolution): ConvolutionWeights {
  return { kernel: kernel.read(), bias: bias.read() }
}

function convolve(
  tf: Tf,
  x: Tensor5D,
  { kernel, bias }: ConvolutionWeights,
  stride: 1 | 2,
  padding: 'same' | 'valid',
): Tensor5D {
  return tf.add(tf.conv3d(x, kernel as Tensor5D, stride, padding), bias)
}

/** What stride 2 leaves of a shape: every second voxel, the first one included. */
function halve(shape: Shape): Shape {
  return shape.map((n, axis) =>
    axis === 0 || axis === shape.length - 1 || n === null ? n : Math.ceil(n / 2),
  )
}
