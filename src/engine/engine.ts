/** What an engine is: TensorFlow.js with kernels that were checked, and the optimisers that go with them. */
import type { FusedBlocks } from './fused/blocks.ts'
import type { Tf } from './tf.ts'
import type { Optimizer } from '@tensorflow/tfjs-core'

export type EngineName = 'cpu' | 'webgpu' | 'tensorflow'

export interface AdamOptions {
  readonly learningRate: number
  readonly beta1?: number
  readonly beta2?: number
  /** Added outside the root, as in tf.train.adam. */
  readonly epsilon?: number
  /** Decoupled weight decay (AdamW), applied to variables whose name `decays` accepts. */
  readonly weightDecay?: number
  readonly decays?: (variableName: string) => boolean
  /**
   * Strength of an L1 penalty per variable: l1 * sign(w) joins the gradient, sign(0) = 0. The loss itself is not changed. Default: none.
   */
  readonly l1?: (variableName: string) => number
}

export interface Engine {
  readonly name: EngineName
  /** tfjs-core and tfjs-layers in one namespace, on this engine's backend. */
  readonly tf: Tf
  /** One line for people: backend, GEMM provider, graphics card. */
  readonly description: string
  /** Threads of this machine's processor that a step may use, where the engine knows. */
  readonly threads?: number
  /** Fused Adam / AdamW behind the tf.Optimizer interface; `learningRate` may be set between steps. */
  createAdam(options: AdamOptions): Optimizer & { learningRate: number }
  /** Residual blocks in one operation each, where the engine has them; models fall back to plain operations. */
  readonly fused?: FusedBlocks
  /** Ends the engine. Tensors belong to whoever made them. */
  dispose(): void
}
