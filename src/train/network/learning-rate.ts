/** Training progress -> the learning rate of the next step. */
import type { PlateauSettings } from '../../../models/index.ts'

/**
 * A linear rise times a cosine that falls to zero.
 *
 * @param step - Step, 0..nSteps-1.
 * @param nSteps - Steps of the whole training.
 * @param warmUpSteps - Steps of the rise; 0 for none.
 * @returns Factor on the highest learning rate, 0..1.
 * @throws Never.
 * @example
 * const factor = warmUpCosine(0, 10, 4) // factor = 0.25
 */
export function warmUpCosine(step: number, nSteps: number, warmUpSteps: number): number {
  const rise = Math.min(1, (step + 1) / Math.max(1, warmUpSteps))
  return (rise * (1 + Math.cos((Math.PI * step) / nSteps))) / 2
}

/** Where a plateau schedule stands; plain numbers, so that it can be checkpointed. */
export interface PlateauState {
  readonly learningRate: number
  readonly best: number
  /** Epochs since the best. */
  readonly waited: number
}

/**
 * Lowers the learning rate once the loss has stood still for long enough.
 *
 * @param state - Before the epoch; `best` starts as Infinity.
 * @param loss - Loss of the epoch.
 * @param settings - Factor, patience, smallest progress and lowest rate.
 * @returns After the epoch.
 * @throws Never.
 * @remarks The rule of Keras' ReduceLROnPlateau (mode `min`, absolute `min_delta`, no cooldown).
 */
export function stepPlateau(
  state: PlateauState,
  loss: number,
  settings: PlateauSettings,
): PlateauState {
  if (loss < state.best - settings.minDelta) return { ...state, best: loss, waited: 0 }
  const waited = state.waited + 1
  if (waited < settings.patience) return { ...state, waited }
  const lowered = Math.max(settings.minLearningRate, state.learningRate * settings.factor)
  return { ...state, learningRate: lowered, waited: 0 }
}
