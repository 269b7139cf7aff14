/** One step of Adam on one variable of the CPU engine, in place in the heap. */
import type { AdamUpdate } from '../adam.ts'
import type { KernelContext } from './kernel.ts'
import type { Variable } from '@tensorflow/tfjs-core'

/**
 * Makes the update for an engine.
 *
 * @param context - Engine.
 * @returns The update; `[n]` floats of each array, about 3 ms per million weights.
 * @throws Never.
 */
export function createAdamUpdate({ backend, simd }: KernelContext): AdamUpdate {
  return ({ variable, gradient, m, v }, { step, beta1, beta2, root, epsilon, keep, l1 }) => {
    for (const array of [variable, m, v]) unshare(array)
    const [w, g, first, second] = [variable, gradient, m, v].map((array) =>
      backend.pointerOf(array),
    )
    const rates = [step, beta1, beta2, root, epsilon, keep, l1] as const
    simd.adam(w!, g!, first!, second!, variable.size, ...rates)
  }

  /** Others may hold the same data (a clone kept as the best weights so far); they must not see the change. */
  function unshare(variable: Variable): void {
    if (backend.refCount(variable.dataId) === 1) return
    const copy = backend.makeOutput(backend.valuesOf(variable).slice(), variable.shape, 'float32')
    variable.assign(copy)
    copy.dispose()
  }
}
