/** A network and samples -> its scores taken apart: what its last dense layers are given `[nSamples x nInputs]`, and what is added to them; row-major. */
import { forward } from '../network/forward.ts'
import type { ClassifierNetwork } from '../classifier.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import type { Engine } from '../../engine/index.ts'
import type { LayersModel, SymbolicTensor, layers } from '@tensorflow/tfjs-layers'

type Layer = layers.Layer

/** A dense layer whose outputs are summed up to the scores. */
export interface LastLayer {
  readonly name: string
  /** What its output is multiplied by on the way: 1, or one part of an average. */
  readonly gain: number
  readonly nInputs: number
}

/** Scores as a linear function of the last layers' weights: `rest + inputs x [kernels; biases]`. */
export interface ScoresByLayer {
  readonly layers: readonly LastLayer[]
  /**
   * `[nSamples x columns]`: of every layer its inputs and, for the bias, a one, all of them times its gain; layer after layer.
   */
  readonly inputs: Matrix64
  /** `[nSamples x nClasses]`: what reaches the scores by other ways. */
  readonly rest: Matrix64
}

/**
 * Takes the scores of samples apart.
 *
 * @param engine - Where the network runs.
 * @param network - The network; it stays the caller's.
 * @param features - `[nSamples x nFeatures]`, in the space of the classifier.
 * @returns Inputs and rest. Frozen layers belong to the rest.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the network does not end in dense layers.
 * @remarks Runs the network once, without dropout and with the running statistics of its normalisation.
 */
export async function takeScoresApart(
  { tf }: Engine,
  { model, prepare }: ClassifierNetwork,
  features: Matrix,
): Promise<ScoresByLayer> {
  const found = findLastLayers(model)
  const logits = model.outputs[0]!
  const parts = [...found.map(({ layer }) => layer.input as SymbolicTensor), logits]
  const probe = tf.model({
    inputs: model.inputs,
    outputs: tf.layers.concatenate().apply(parts) as SymbolicTensor,
  })
  const sampleShape = model.inputs[0]!.shape.slice(1) as number[]
  const nClasses = logits.shape[1]!
  const last = found.map(({ layer, gain }) => ({ name: layer.name, gain, nInputs: (layer.input as SymbolicTensor).shape[1]! })) // prettier-ignore
  const nInputs = last.reduce((sum, layer) => sum + layer.nInputs, 0)
  const nCols = nInputs + last.length
  const inputs = new Float64Array(features.nRows * nCols)
  const rest = new Float64Array(features.nRows * nClasses)
  const weights = await readLastWeights(found)
  let row = 0
  for (const chunk of prepare(features)) {
    const values = await forward(tf, probe, chunk, sampleShape)
    for (let start = 0; start < values.length; start += nInputs + nClasses, row++) {
      const own = inputs.subarray(row * nCols, (row + 1) * nCols)
      fillInputs(own, values.subarray(start, start + nInputs), last)
      const scores = values.subarray(start + nInputs, start + nInputs + nClasses)
      for (let c = 0; c < nClasses; c++) {
        let byLayers = 0
        for (let i = 0; i < nCols; i++) byLayers += own[i]! * weights[i * nClasses + c]!
        rest[row * nClasses + c] = scores[c]! - byLayers
      }
    }
  }
  return {
    layers: last,
    inputs: { data: inputs, nRows: features.nRows, nCols },
    rest: { data: rest, nRows: features.nRows, nCols: nClasses },
  }
}

interface FoundLayer {
  readonly layer: Layer
  readonly gain: number
}

function findLastLayers(model: LayersModel): readonly FoundLayer[] {
  const layerOf = (tensor: SymbolicTensor): Layer => tensor.sourceLayer
  const walk = (layer: Layer, gain: number): FoundLayer[] => {
    const kind = layer.getClassName()
    if (kind === 'Dense') return layer.trainable ? [{ layer, gain }] : []
    const inputs = layer.inboundNodes[0]!.inputTensors
    if (kind === 'Add') return inputs.flatMap((input) => walk(layerOf(input), gain))
    if (kind === 'Average')
      return inputs.flatMap((input) => walk(layerOf(input), gain / inputs.length))
    return []
  }
  const found = walk(layerOf(model.outputs[0]!), 1)
  if (found.length > 0) return found
  throw new LimbicError('SHAPE_MISMATCH', {
    what: 'the network and what is to be fine-tuned',
    expected: 'scores that are the output of dense layers',
    found: layerOf(model.outputs[0]!).getClassName(),
  })
}

function fillInputs(target: Float64Array, values: Float32Array, last: readonly LastLayer[]): void {
  let [from, to] = [0, 0]
  for (const { gain, nInputs } of last) {
    for (let i = 0; i < nInputs; i++) target[to++] = gain * values[from++]!
    target[to++] = gain
  }
}

/** `[columns x nClasses]`, in the order of the inputs. */
async function readLastWeights(found: readonly FoundLayer[]): Promise<readonly number[]> {
  const all: number[] = []
  for (const { layer } of found)
    for (const weight of layer.weights)
      for (const value of await weight.read().data()) all.push(value)
  return all
}
