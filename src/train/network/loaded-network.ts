/** A trained tf.LayersModel -> the same function, loaded for repeated use: on ONNX Runtime, or on TensorFlow.js where that does not load. */
import { isLimbicError } from '../../core/errors/index.ts'
import type { Engine } from '../../engine/index.ts'
import { exportOnnx, openFastestSession, type OnnxSession } from '../../engine/onnx/index.ts'
import { forward } from './forward.ts'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/** A network in memory. */
export interface LoadedNetwork {
  /** `[nSamples x product of the sample's shape]` -> scores `[nSamples x nClasses]`. */
  run(input: Float32Array): Promise<Float32Array>
  dispose(): void
}

/**
 * Loads a network.
 *
 * @param engine - The engine of the model, on which it stays where ONNX Runtime does not load.
 * @param model - The model; it belongs to the loaded network from now on.
 * @param openSession - Opens an exported model.
 * @returns The network; the caller disposes it.
 * @throws {LimbicError} `ONNX_LAYER_UNSUPPORTED` when the model has a layer that cannot be exported.
 * @remarks On one core: 0.03 ms for the compact 1D CNN, 3 ms for the paper's, 0.1 ms for the compact 3D ResNet at 16 x 16 x 12, 50 ms for
 *   the paper's at 64 x 64 x 44. ONNX Runtime runs synchronously; the event loop stands still meanwhile.
 */
export async function loadNetwork(
  { tf }: Pick<Engine, 'tf'>,
  model: LayersModel,
  openSession: (bytes: Uint8Array) => OnnxSession = openFastestSession,
): Promise<LoadedNetwork> {
  const session = await openUnlessUnavailable(model, openSession)
  if (session === undefined) {
    const sampleShape = model.inputs[0]!.shape.slice(1) as number[]
    return {
      run: (input) => forward(tf, model, input, sampleShape),
      dispose: () => void model.dispose(),
    }
  }
  model.dispose()
  return {
    run: (input) => Promise.resolve(input.length === 0 ? new Float32Array(0) : session.run(input)),
    dispose: () => session.dispose(),
  }
}

async function openUnlessUnavailable(
  model: LayersModel,
  openSession: (bytes: Uint8Array) => OnnxSession,
): Promise<OnnxSession | undefined> {
  try {
    return openSession(await exportOnnx(model))
  } catch (error) {
    if (isLimbicError(error, 'ONNX_RUNTIME_UNAVAILABLE')) return undefined
    model.dispose()
    throw error
  }
}
