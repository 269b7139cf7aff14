/** A bundle -> the network in it as an ONNX model `[batch x ...]` -> class scores `[batch x nClasses]`, for other tools. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Engine } from '../../engine/index.ts'
import { exportOnnx } from '../../engine/onnx/index.ts'
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import { classifierOf, listClassifiers } from '../../train/classifiers.ts'
import { withFineTuned } from '../../train/fine-tune/last-weights.ts'
import type { Bundle } from './read-bundle.ts'

/** An exported network. */
export interface ExportedNetwork {
  /** The ONNX model: input `features`, output `scores`, float32. */
  readonly bytes: Uint8Array
  /** Shape of the input without the batch axis. */
  readonly inputShape: readonly number[]
  /** What the input is, in words: mask, scaling, alignment and projection are not part of the network. */
  readonly input: string
}

/**
 * Exports the network of a decoder, batch normalisation folded.
 *
 * @param bundle - The decoder.
 * @param openEngine - Where the network is built.
 * @param calibration - Of the subject whose fine-tuned layers it is to have; the bundle's own network without.
 * @returns The network. The decoder's probabilities are the softmax of its scores divided by the temperature of the bundle.
 * @throws {LimbicError} `BUNDLE_WITHOUT_NETWORK` when the model is none; `ONNX_LAYER_UNSUPPORTED` when it has a layer that cannot be exported.
 */
export async function exportNetwork(
  bundle: Bundle,
  openEngine: () => Promise<Engine>,
  calibration?: Calibration,
): Promise<ExportedNetwork> {
  const name = bundle.pipeline.classify.model
  const classifier = classifierOf(name)
  if (classifier.createNetwork === undefined)
    throw new LimbicError('BUNDLE_WITHOUT_NETWORK', {
      bundle: bundle.dir,
      model: name,
      networks: listClassifiers().filter((one) => classifierOf(one).createNetwork !== undefined),
    })
  const { model, input } = classifier.createNetwork(
    withFineTuned(bundle.classifier, calibration?.fineTuned),
    await openEngine(),
  )
  try {
    const inputShape = model.inputs[0]!.shape.slice(1) as number[]
    return { bytes: await exportOnnx(model), inputShape, input }
  } finally {
    model.dispose()
  }
}
