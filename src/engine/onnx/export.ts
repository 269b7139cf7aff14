/** A tf.LayersModel -> an ONNX model as bytes: input and output as in the model (batch first, channels last), batch normalisation folded. */
import { LimbicError } from '../../core/errors/index.ts'
import { createOnnxGraph } from '../../math/gemm/onnx-graph.ts'
import { toChannelsLast, translateLayer, type Translation, type Value } from './translate.ts'
import type { LayersModel, SymbolicTensor, layers } from '@tensorflow/tfjs-layers'

/** Name of the input of every exported model. */
export const onnxInputName = 'features'

/** Name of the output of every exported model. */
export const onnxOutputName = 'scores'

/**
 * Exports a trained network for inference. Dropout is left out, batch normalisation uses its running statistics.
 *
 * @param model - One input and one output; layers of the kinds that `models/` uses, each applied once.
 * @returns Bytes of the ONNX model: `features [batch x ...]` -> `scores [batch x ...]`, float32.
 * @throws {LimbicError} `ONNX_LAYER_UNSUPPORTED` when the model has a layer, or a setting of one, that has no translation here.
 * @remarks ONNX convolutions have channels before positions; axes are exchanged at the ends of the convolutional part only.
 */
export async function exportOnnx(model: LayersModel): Promise<Uint8Array> {
  const [input, output] = [model.inputs[0], model.outputs[0]]
  if (input === undefined || output === undefined || model.inputs.length + model.outputs.length > 2)
    throw new LimbicError('ONNX_LAYER_UNSUPPORTED', {
      layer: model.name,
      found: `${model.inputs.length} inputs and ${model.outputs.length} outputs`,
    })
  const graph = createOnnxGraph(model.name)
  const name = graph.input(onnxInputName, onnxShape(input))
  const translation: Translation = {
    graph,
    values: new Map<number, Value>([
      [input.id, { name, rank: input.shape.length, isChannelsFirst: false }],
    ]),
    ...(await readWeights(model)),
    onlyConsumer: findOnlyConsumers(model),
  }
  for (const layer of model.layers) translateLayer(translation, layer)
  const scores = toChannelsLast(translation, translation.values.get(output.id)!)
  graph.node('Identity', [scores], {}, onnxOutputName)
  graph.output(onnxOutputName, onnxShape(output))
  return graph.toBytes()
}

function onnxShape({ shape }: SymbolicTensor): (number | string)[] {
  return shape.map((size, axis) => size ?? (axis === 0 ? 'batch' : `axis${axis}`))
}

/** All weights: by the name of their layer, in the order of `layer.weights`, and each by the id of its tensor. */
async function readWeights(
  model: LayersModel,
): Promise<Pick<Translation, 'weights' | 'weightsById'>> {
  const weights = new Map<string, Float32Array[]>()
  const weightsById = new Map<number, Float32Array>()
  for (const layer of model.layers) {
    const tensors = layer.weights.map((weight) => weight.read())
    const values = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()))
    weights.set(layer.name, values)
    tensors.forEach(({ id }, i) => weightsById.set(id, values[i]!))
  }
  return { weights, weightsById }
}

/** The layer that reads a value, where it is the only one and the value is not the model's output. */
function findOnlyConsumers(model: LayersModel): Map<number, layers.Layer> {
  const consumers = new Map<number, layers.Layer[]>()
  for (const layer of model.layers)
    for (const { inputTensors } of layer.inboundNodes)
      for (const { id } of inputTensors) consumers.set(id, [...(consumers.get(id) ?? []), layer])
  for (const { id } of model.outputs) consumers.delete(id)
  return new Map(
    [...consumers].flatMap(([id, found]) => (found.length === 1 ? [[id, found[0]!] as const] : [])),
  )
}
