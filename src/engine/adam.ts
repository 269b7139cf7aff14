/** Adam and AdamW behind the tf.Optimizer interface, in one pass over each variable: gradients -> variables, changed in place. */
import { LimbicError } from '../core/errors/index.ts'
import type { AdamOptions } from './engine.ts'
import type { Tf } from './tf.ts'
import type { NamedTensorMap, Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core'

/** What one update needs besides the arrays. */
export interface AdamStep {
  /** learning rate / (1 - beta1^t). */
  readonly step: number
  readonly beta1: number
  readonly beta2: number
  /** 1 / (1 - beta2^t). */
  readonly root: number
  readonly epsilon: number
  /** 1 - learning rate * weight decay: what is left of a weight before the step. */
  readonly keep: number
  /** Strength of the L1 penalty whose gradient joins in. */
  readonly l1: number
}

/** What one update changes, and the gradient. */
export interface AdamArrays {
  readonly variable: Variable
  readonly gradient: Tensor
  readonly m: Variable
  readonly v: Variable
}

/** An engine's own update of one variable. One that collects variables has `flush`, which is called after the last one of a step. */
export interface AdamUpdate {
  (arrays: AdamArrays, step: AdamStep): void
  flush?(): void
}

type NamedTensor = Awaited<ReturnType<Optimizer['getWeights']>>[number]

interface Moments {
  readonly name: string
  readonly m: Variable
  readonly v: Variable
}

/**
 * Makes the optimiser.
 *
 * @param tf - TensorFlow.js of the engine.
 * @param options - Rates; the defaults are those of tf.train.adam.
 * @param update - How the engine changes one variable.
 * @returns The optimiser. Its saved weights are the iteration count, then all first moments, then all second ones, as tf.train.adam has them.
 * @throws {LimbicError} `VALUE_INVALID` when a rate is out of range.
 * @remarks Kingma and Ba (2015); decoupled decay as in Loshchilov and Hutter (2019).
 */
export function createAdamOptimizer(
  tf: Tf,
  options: AdamOptions,
  update: AdamUpdate,
): Optimizer & { learningRate: number } {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, weightDecay = 0 } = options
  assertRates({ ...options, beta1, beta2 })
  const decays = options.decays ?? (() => true)
  const l1 = options.l1 ?? (() => 0)

  class FusedAdam extends tf.Optimizer {
    learningRate = options.learningRate
    private moments = new Map<string, Moments>()

    static get className(): string {
      return 'FusedAdam'
    }

    applyGradients(gradients: NamedTensorMap | NamedTensor[]): void {
      const list = Array.isArray(gradients)
        ? gradients.map(({ name, tensor }) => [name, tensor] as const)
        : Object.entries(gradients)
      const t = this.iterations + 1
      const rates = {
        ...{ beta1, beta2, epsilon },
        step: this.learningRate / (1 - beta1 ** t),
        root: 1 / (1 - beta2 ** t),
      }
      const decayed = 1 - this.learningRate * weightDecay
      for (const [name, gradient] of list) {
        if (gradient == null) continue
        const variable = tf.engine().registeredVariables[name]!
        const { m, v } = this.momentsOf(variable)
        const keep = weightDecay > 0 && decays(name) ? decayed : 1
        update({ variable, gradient, m, v }, { ...rates, keep, l1: l1(name) })
      }
      update.flush?.()
      this.incrementIterations()
    }

    override dispose(): void {
      for (const { m, v } of this.moments.values()) tf.dispose([m, v])
      this.moments.clear()
    }

    override async getWeights(): Promise<NamedTensor[]> {
      const moments = [...this.moments.values()]
      return [
        await this.saveIterations(),
        ...moments.map(({ name, m }) => ({ name: `${name}/m`, tensor: m })),
        ...moments.map(({ name, v }) => ({ name: `${name}/v`, tensor: v })),
      ]
    }

    override async setWeights(weights: NamedTensor[]): Promise<void> {
      const moments = await this.extractIterations(weights)
      const half = moments.length / 2
      this.dispose()
      for (let i = 0; i < half; i++) {
        const name = moments[i]!.name.replace(/\/m$/, '')
        this.moments.set(name, {
          name,
          m: tf.variable(moments[i]!.tensor, false),
          v: tf.variable(moments[half + i]!.tensor, false),
        })
      }
    }

    getConfig(): ReturnType<Optimizer['getConfig']> {
      return { learningRate: this.learningRate, beta1, beta2, epsilon, weightDecay }
    }

    private momentsOf(variable: Variable): Moments {
      const known = this.moments.get(variable.name)
      if (known !== undefined) return known
      const zeros = (): Variable => tf.tidy(() => tf.variable(tf.zerosLike(variable), false))
      const made = { name: variable.name, m: zeros(), v: zeros() }
      this.moments.set(variable.name, made)
      return made
    }
  }
  return new FusedAdam()
}

function assertRates(rates: {
  learningRate: number
  beta1: number
  beta2: number
  weightDecay?: number
}): void {
  const isRate = (value: number): boolean => value >= 0 && value < 1
  const { learningRate, beta1, beta2, weightDecay = 0 } = rates
  if (learningRate >= 0 && isRate(beta1) && isRate(beta2) && weightDecay >= 0) return
  throw new LimbicError('VALUE_INVALID', {
    what: 'the settings of Adam',
    expected: 'learning rate and weight decay of at least 0, beta1 and beta2 in [0, 1)',
    found: JSON.stringify({ learningRate, beta1, beta2, weightDecay }),
  })
}
