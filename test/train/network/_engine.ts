/** Stock TensorFlow.js on its JavaScript backend as an Engine. */
import * as core from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import '@tensorflow/tfjs-backend-cpu'
import type { AdamOptions, Engine } from '../../../src/engine/engine.ts'
import type { Tf } from '../../../src/engine/tf.ts'

const tf = { ...core, ...layers } as unknown as Tf

export async function openTestEngine(): Promise<Engine> {
  await core.setBackend('cpu')
  return {
    name: 'cpu',
    tf,
    description: 'stock',
    dispose: () => undefined,
    createAdam(options: AdamOptions) {
      const adam = core.train.adam(options.learningRate) as core.AdamOptimizer & {
        learningRate: number
      }
      const apply = adam.applyGradients.bind(adam)
      adam.applyGradients = (grads) => {
        core.tidy(() => {
          const keep = 1 - adam.learningRate * (options.weightDecay ?? 0)
          if (keep !== 1)
            for (const name of Object.keys(grads)) {
              if (options.decays?.(name) === false) continue
              const v = core.engine().registeredVariables[name]!
              v.assign(core.mul(v, keep))
            }
          apply(grads)
        })
      }
      return adam
    },
  }
}
