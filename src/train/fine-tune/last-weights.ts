/** The weights of a network's last dense layers: out of a fitted network into one matrix, and back into a network that is the same in all else. */
import { LimbicError } from '../../core/errors/index.ts'
import type { State } from '../../core/types.ts'
import type { ClassifierState } from '../classifier.ts'
import type { WeightArray } from '../network/weights.ts'
import type { LastLayer } from './scores-by-layer.ts'

/** Last layers that were trained on for one subject. */
export interface FineTunedState extends State {
  readonly kind: 'fine-tuned network'
  /** Kernel and bias of every layer, named as in the network. */
  readonly weights: readonly WeightArray[]
}

/**
 * Lays the weights of the last layers behind each other.
 *
 * @param classifier - A fitted network.
 * @param layers - Its last layers.
 * @returns `[columns x nClasses]`: of every layer the kernel and the bias.
 * @throws {LimbicError} `SHAPE_MISMATCH` when it has no such layers.
 */
export function gatherWeights(
  classifier: ClassifierState,
  layers: readonly LastLayer[],
): Float64Array {
  const all = weightsOf(classifier)
  return Float64Array.from(
    layers.flatMap(({ name }) => namesOf(name).flatMap((one) => [...weightNamed(all, one).data])),
  )
}

/**
 * Cuts a matrix of weights into those of the last layers.
 *
 * @param classifier - The fitted network that the shapes are taken from.
 * @param layers - Its last layers.
 * @param values - As `gatherWeights` gives them.
 * @returns Kernel and bias of every layer, rounded to float32.
 * @throws {LimbicError} As `gatherWeights`.
 */
export function scatterWeights(
  classifier: ClassifierState,
  layers: readonly LastLayer[],
  values: Float64Array,
): readonly WeightArray[] {
  const all = weightsOf(classifier)
  let at = 0
  return layers.flatMap(({ name }) =>
    namesOf(name).map((one) => {
      const before = weightNamed(all, one)
      const data = Float32Array.from(values.subarray(at, (at += before.data.length)))
      return { ...before, data }
    }),
  )
}

/**
 * A fitted network with the last layers of a subject.
 *
 * @param classifier - The fitted network; not changed.
 * @param fineTuned - The subject's layers; undefined for none.
 * @returns The network; all other weights are the very same arrays.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the layers are not of this network.
 */
export function withFineTuned(
  classifier: ClassifierState,
  fineTuned: FineTunedState | undefined,
): ClassifierState {
  if (fineTuned === undefined) return classifier
  const all = weightsOf(classifier)
  const own = new Map(fineTuned.weights.map((weight) => [weight.name, weight]))
  for (const { name, data } of fineTuned.weights) {
    const { length } = weightNamed(all, name).data
    if (length !== data.length) throw mismatch(`${length} numbers in ${name}`, `${data.length}`)
  }
  const weights = all.map((weight) => own.get(weight.name) ?? weight)
  const tuned: NetworkState = { ...classifier, weights }
  return tuned
}

interface NetworkState extends ClassifierState {
  readonly weights: readonly WeightArray[]
}

function weightsOf(classifier: ClassifierState): readonly WeightArray[] {
  return (classifier as Partial<NetworkState>).weights ?? []
}

function namesOf(layer: string): readonly string[] {
  return [`${layer}/kernel`, `${layer}/bias`]
}

function weightNamed(weights: readonly WeightArray[], name: string): WeightArray {
  const found = weights.find((weight) => weight.name === name)
  if (found !== undefined) return found
  throw mismatch(`a weight ${name}`, weights.map((weight) => weight.name).join(', '))
}

function mismatch(expected: string, found: string): LimbicError {
  return new LimbicError('SHAPE_MISMATCH', { what: 'fine-tuned layers and a network', expected, found }) // prettier-ignore
}
