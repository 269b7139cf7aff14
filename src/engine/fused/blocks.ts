/** The blocks of a pre-activation residual network on volumes, as an engine may offer them in one operation each; `[N, X, Y, Z, C]` tensors. */
import type { Tensor, Tensor2D, Tensor5D, Variable } from '@tensorflow/tfjs-core'

/** Weights of a convolution. */
export interface ConvolutionWeights {
  /** `[k, k, k, Cin, Cout]`. */
  readonly kernel: Tensor
  /** `[Cout]`. */
  readonly bias: Tensor
}

/** Weights of a batch normalisation, `[C]` each. In training the moving statistics are brought up to date. */
export interface NormWeights {
  readonly gamma: Tensor
  readonly beta: Tensor
  readonly movingMean: Variable
  readonly movingVariance: Variable
}

export interface StemWeights {
  /** 7x7x7, stride 2, padding `same`. */
  readonly conv: ConvolutionWeights
  readonly norm: NormWeights
}

export interface BottleneckWeights {
  /** Absent in the first block of a network, whose input is activated already. */
  readonly norm1?: NormWeights | undefined
  /** 1x1x1, with the stride of the block, padding `valid`: it samples the even voxels. */
  readonly conv1: ConvolutionWeights
  readonly norm2: NormWeights
  /** 3x3x3, padding `same`. */
  readonly conv2: ConvolutionWeights
  readonly norm3: NormWeights
  /** 1x1x1. */
  readonly conv3: ConvolutionWeights
  /** 1x1x1 on the block's raw input, with the stride of the block; absent where the input itself is added. */
  readonly shortcut?: ConvolutionWeights | undefined
}

export interface BlockSettings {
  /** Whether batches are normalised by their own moments, which then join the moving statistics; otherwise by those statistics. */
  readonly training: boolean
  /** Added to the variance; default `normDefaults.epsilon`. */
  readonly epsilon?: number
  /** Share of the old value that a moving statistic keeps per step; default `normDefaults.momentum`. */
  readonly momentum?: number
}

/** Settings of batch normalisation in the published network. */
export const normDefaults = { epsilon: 1.001e-5, momentum: 0.99 } as const

/** Every function is differentiable in its weights; all channel counts but that of the image must be multiples of 4. */
export interface FusedBlocks {
  /**
   * 7x7x7 convolution of stride 2, batch normalisation, ReLU, 3x3x3 max pooling of stride 2 (`same`): `[N, X, Y, Z, C]` -> `[N, ~X/4, ~Y/4, ~Z/4, Cout]`.
   * The image is a constant: there is no gradient of it.
   */
  stem(x: Tensor5D, weights: StemWeights, settings: BlockSettings): Tensor5D
  /** BN-ReLU-conv1, BN-ReLU-conv2, BN-ReLU-conv3, plus the shortcut: `[N, X, Y, Z, Cin]` -> `[N, ceil(X / stride), ..., Cout]`. */
  bottleneck(
    x: Tensor5D,
    weights: BottleneckWeights,
    settings: BlockSettings & { readonly stride: 1 | 2 },
  ): Tensor5D
  /** BN-ReLU and the mean over the volume: `[N, X, Y, Z, C]` -> `[N, C]`. */
  head(x: Tensor5D, norm: NormWeights, settings: BlockSettings): Tensor2D
}

/** What a layer that is one of these blocks says about itself, for whoever computes it elsewhere (the ONNX export). */
export type BlockDescription =
  | { readonly kind: 'stem'; readonly weights: StemWeights; readonly epsilon: number }
  | {
      readonly kind: 'bottleneck'
      readonly weights: BottleneckWeights
      readonly epsilon: number
      readonly stride: 1 | 2
    }
  | { readonly kind: 'head'; readonly weights: NormWeights; readonly epsilon: number }

/** A tf.layers.Layer that is one block; `describeBlock` may be called once the layer is built. */
export interface BlockLayer {
  describeBlock(): BlockDescription
}
